import { OTHER } from './insights.ts';

/** What every value of a dimension carries at least. */
export interface Tally {
  count: number;
}

/**
 * One tally per distinct value, for a bounded number of values: what comes first stays, the rest shares one tally.
 * First come is a function of the records alone, so a replay ends with the same values.
 */
export class BoundedValues<T extends Tally> {
  /** Tally of all values beyond the bound, and of the value `other` itself. */
  readonly other: T;
  readonly #tallies = new Map<string, T>();
  readonly #limit: number;
  readonly #create: (slot: number) => T;

  /**
   * @param limit how many values get a tally of their own
   * @param create a fresh tally; slots count from 1 in the order of arrival, `other` has slot 0
   */
  constructor(limit: number, create: (slot: number) => T) {
    this.#limit = limit;
    this.#create = create;
    this.other = create(0);
  }

  /** @returns the tally to count the value in; allocates only for a value that is seen first */
  of(value: string): T {
    return this.#tallies.get(value) ?? this.#admit(value);
  }

  /** Brings back what {@link entries} gave, in its order; a bound that is lower now holds for new values only. */
  restore(value: string): T {
    const tally = this.#create(this.#tallies.size + 1);
    this.#tallies.set(value, tally);
    return tally;
  }

  /** Values in the order of arrival, without `other`. */
  entries(): IterableIterator<[string, T]> {
    return this.#tallies.entries();
  }

  get size(): number {
    return this.#tallies.size;
  }

  #admit(value: string): T {
    if (this.#tallies.size >= this.#limit) return this.other;
    // A lone surrogate has no UTF-8 form: as U+FFFD it is the same value before and after a snapshot.
    const storable = Buffer.from(value).toString();
    if (storable === OTHER) return this.other;
    return this.#tallies.get(storable) ?? this.restore(storable);
  }
}
