import { nameBytes } from '../../state/bounds.ts';
import { OTHER } from './distribution.ts';

/** What every value of a dimension carries at least. */
export interface Tally {
  /** Short name of the value within its partition: from 1 in the order of arrival; `other` is 0. */
  readonly slot: number;
  count: number;
}

/** How many values get a tally of their own. */
export interface ValueBounds {
  readonly values: number;
  /** What they may take of a snapshot together, in bytes. */
  readonly bytes: number;
}

/**
 * One tally per distinct value, for a bounded number of values: what comes first stays, the rest shares one tally.
 * First come is a function of the records alone, so a replay ends with the same values.
 */
export class BoundedValues<T extends Tally> {
  /** Tally of all values beyond the bound, and of the value `other` itself. */
  readonly other: T;
  readonly #tallies = new Map<string, T>();
  readonly #names: string[] = [OTHER];
  readonly #bounds: ValueBounds;
  #bytes = 0;
  readonly #create: (slot: number) => T;

  /** @param create a fresh tally */
  constructor(bounds: ValueBounds, create: (slot: number) => T) {
    this.#bounds = bounds;
    this.#create = create;
    this.other = create(0);
  }

  /** @returns the tally to count the value in; allocates only for a value that is seen first */
  of(value: string): T {
    return this.#tallies.get(value) ?? this.#admit(value);
  }

  /** Brings back what {@link entries} gave, in its order; a bound that is lower now holds for new values only. */
  restore(value: string): T {
    const tally = this.#create(this.#names.length);
    this.#tallies.set(value, tally);
    this.#names.push(value);
    this.#bytes += nameBytes(Buffer.byteLength(value));
    return tally;
  }

  /** Values in the order of arrival, without `other`. */
  entries(): IterableIterator<[string, T]> {
    return this.#tallies.entries();
  }

  /** @returns the value of a slot */
  nameOf(slot: number): string {
    return this.#names[slot] ?? OTHER;
  }

  get size(): number {
    return this.#tallies.size;
  }

  #admit(value: string): T {
    if (this.#tallies.size >= this.#bounds.values || !this.#hasRoom(value.length))
      return this.other;
    // A lone surrogate has no UTF-8 form: as U+FFFD it is the same value before and after a snapshot.
    const storable = Buffer.from(value).toString();
    if (storable === OTHER) return this.other;
    const known = this.#tallies.get(storable);
    if (known !== undefined) return known;
    return this.#hasRoom(Buffer.byteLength(storable)) ? this.restore(storable) : this.other;
  }

  #hasRoom(utf8Bytes: number): boolean {
    return this.#bytes + nameBytes(utf8Bytes) <= this.#bounds.bytes;
  }
}
