/** Offsets that hold nothing for a reader: control records, and records of aborted transactions. */
export interface Skipped {
  readonly from: bigint;
  readonly to: bigint;
}

/** By partition, what was passed over since the last batch: so a batch after it is known to follow on that one. */
export class SkippedOffsets {
  readonly #byPartition = new Map<number, Skipped>();

  /** @returns what is passed over by now: what was before counts too when this follows on it */
  add(partition: number, from: bigint, to: bigint): Skipped {
    const before = this.#byPartition.get(partition);
    const skipped = { from: before?.to === from ? before.from : from, to };
    this.#byPartition.set(partition, skipped);
    return skipped;
  }

  /** @returns whether nothing happened to it since: no more was passed over, no batch came, nothing was sought */
  has(partition: number, skipped: Skipped): boolean {
    return this.#byPartition.get(partition) === skipped;
  }

  /** A batch begins at an offset. @returns where the last batch ended that it follows on */
  take(partition: number, offset: bigint): bigint {
    const skipped = this.#byPartition.get(partition);
    this.#byPartition.delete(partition);
    return skipped?.to === offset ? skipped.from : offset;
  }

  forget(partition: number): void {
    this.#byPartition.delete(partition);
  }
}
