import type { ByteReader, ByteWriter } from '../../state/byte-codec.ts';

const FIRST_SLOTS = 16;
/** More are not read at once: a forged number must not cost memory. */
const MOST_SLOTS = 1 << 20;

/**
 * Counts of one hour by the slots that values have in their partition: to count is to add to a
 * number in a list. A bounded number of slots gets counts of its own, as they come; the rest is
 * slot 0, `other`.
 */
export class SlotCounts {
  readonly #bound: number;
  #counts: Uint32Array;
  /** Slots with counts of their own. */
  #distinct = 0;

  /** @param bound slots beside `other` @param slots that there is room for at first */
  constructor(bound: number, slots = FIRST_SLOTS) {
    this.#bound = bound;
    this.#counts = new Uint32Array(slots);
  }

  add(slot: number, by = 1): void {
    if (slot >= this.#counts.length) this.#grow(slot);
    let counted = slot;
    if (slot !== 0 && this.#counts[slot] === 0) {
      if (this.#distinct < this.#bound) this.#distinct += 1;
      else counted = 0;
    }
    this.#counts[counted] = (this.#counts[counted] ?? 0) + by;
  }

  /** Calls back for every slot with logins, ascending. */
  forEach(visit: (slot: number, count: number) => void): void {
    const counts = this.#counts;
    for (let slot = 0; slot < counts.length; slot += 1) {
      const count = counts[slot] ?? 0;
      if (count > 0) visit(slot, count);
    }
  }

  write(writer: ByteWriter): void {
    let [slots, last] = [0, 0];
    this.forEach((slot) => {
      slots += 1;
      last = slot;
    });
    writer.uint(last);
    writer.uint(slots);
    let previous = 0;
    this.forEach((slot, count) => {
      writer.uint(slot - previous);
      writer.uint(count);
      previous = slot;
    });
  }

  static read(reader: ByteReader, bound: number): SlotCounts {
    const counts = new SlotCounts(bound, Math.min(reader.uint(), MOST_SLOTS) + 1);
    let slot = 0;
    reader.repeat(() => {
      slot += reader.uint();
      counts.#restore(slot, reader.uint());
    });
    return counts;
  }

  /** A bound that is lower now holds for new slots only. */
  #restore(slot: number, count: number): void {
    if (slot >= this.#counts.length) this.#grow(slot);
    if (slot !== 0 && this.#counts[slot] === 0) this.#distinct += 1;
    this.#counts[slot] = count;
  }

  #grow(slot: number): void {
    const grown = new Uint32Array(Math.max(slot + 1, 2 * this.#counts.length));
    grown.set(this.#counts);
    this.#counts = grown;
  }
}
