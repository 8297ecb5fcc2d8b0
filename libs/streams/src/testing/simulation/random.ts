/** Numbers that look random and come from a seed: sfc32, after splitmix32 has spread the seed. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    let state = seed | 0;
    const spread = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
      return bits ^ (bits >>> 15);
    };
    this.#a = spread();
    this.#b = spread();
    this.#c = spread();
  }

  /** @returns an integer from 0 to 2^32 - 1 */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** @returns a number from 0 on, less than 1 */
  next(): number {
    return this.bits() / 4294967296;
  }

  /** @returns an integer from 0 on, less than the bound */
  int(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** @returns a number from the first on, less than the second */
  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError when the list is empty */
  pick<T>(list: readonly T[]): T {
    const index = this.int(list.length);
    if (index >= list.length) throw new RangeError('Nothing to pick from');
    return list[index] as T;
  }

  /** @returns another source of numbers, so that what one part draws does not move the others */
  fork(): Random {
    return new Random(this.bits());
  }
}
