/** Offsets of a partition that a producer wrote in one go. */
export interface OwnWrite {
  /** The offset of the first record, as the broker answered it; -1 where its answer was lost. */
  readonly base: bigint;
  /** How many offsets there are: records, and the marker where they end a transaction. */
  readonly offsets: bigint;
}

/** The control record that ends a transaction in each of its partitions (KIP-98). */
const MARKER = 1n;

/**
 * Tells in a partition that one producer writes to whether others have written, too. Its own
 * records are where the broker said, not where they would be if it were alone: what others wrote
 * between two of its transactions is no less theirs because as many offsets of its own are still on
 * their way.
 */
export class OwnWrites {
  /** What lies below is known. */
  #known = 0n;
  /** Of what lies above, in order. */
  #writes: readonly OwnWrite[] = [];

  get known(): bigint {
    return this.#known;
  }

  /** A transaction is committed. @param writes all of its records in the partition, in order */
  committed(writes: readonly OwnWrite[]): void {
    const marked = writes.map((write, index) =>
      index < writes.length - 1 ? write : { ...write, offsets: write.offsets + MARKER },
    );
    this.#writes = [...this.#writes, ...marked];
  }

  /** @returns whether others have written below a last stable offset, beyond what is known */
  hasOthersBelow(end: bigint): boolean {
    let next = this.#known;
    for (const { base, offsets } of this.#writes) {
      if (base !== next) break;
      next += offsets;
    }
    if (end > next) return true;
    // Only a marker can be in the place of one: the next transaction begins after it, and so does the end.
    this.#knownTo(end > this.#known ? end : this.#known);
    return false;
  }

  /** All below an offset was read. */
  readTo(end: bigint): void {
    this.#knownTo(end);
  }

  #knownTo(end: bigint): void {
    this.#known = end;
    this.#writes = this.#writes.filter(({ base }) => base >= end);
  }
}
