import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';

/** A seeded source of chance (xoroshiro128+). The same seed gives the same draws on every machine. */
export class Random {
  readonly #generator: JumpableRandomGenerator;

  private constructor(generator: JumpableRandomGenerator) {
    this.#generator = generator;
  }

  /**
   * Independent sources of one seed: each is 2^64 draws after the one before, so what one draws never shifts another.
   *
   * @param seed a 32-bit integer
   */
  static *streams(seed: number): Generator<Random, never> {
    const generator = xoroshiro128plus(seed);
    for (;;) {
      generator.jump();
      yield new Random(generator.clone());
    }
  }

  /** @returns a number in [0, 1) */
  unit(): number {
    return uniformFloat64(this.#generator);
  }

  /** @returns an integer in [0, bound) */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** @returns `digits` (at most 12) lower-case hexadecimal digits */
  hex(digits: number): string {
    return this.below(16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  }
}

/** Values with their weights; the weights need not add up to anything. */
export type Weights<Value> = readonly (readonly [value: Value, weight: number])[];

/** @returns a function that draws one value, each as often as its weight says */
export function weighted<Value>(weights: Weights<Value>): (random: Random) => Value {
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return (random) => {
    let rest = random.unit() * sum;
    for (const [value, weight] of weights) {
      rest -= weight;
      if (rest < 0) return value;
    }
    throw new RangeError('Weights must be positive.');
  };
}
