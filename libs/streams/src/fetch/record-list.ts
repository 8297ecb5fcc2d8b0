import type { FetchedRecord, FetchedRecords } from './fetched-record.ts';

/**
 * Records of several batches in a row. A record is decoded each time that it is asked for, and so lives no longer than
 * it is looked at: a fetch's records would wait together for their transaction, moved by every young collection.
 */
export class RecordList implements FetchedRecords {
  readonly length: number;
  readonly #parts: readonly FetchedRecords[];

  constructor(parts: readonly FetchedRecords[]) {
    this.#parts = parts;
    this.length = parts.reduce((sum, { length }) => sum + length, 0);
  }

  /** Counts from the end for negative indexes, as arrays do. */
  at(index: number): FetchedRecord | undefined {
    let left = index < 0 ? index + this.length : index;
    for (const part of this.#parts) {
      if (left < part.length) return left < 0 ? undefined : part.at(left);
      left -= part.length;
    }
    return undefined;
  }

  [Symbol.iterator](): Iterator<FetchedRecord> {
    const parts = this.#parts;
    let [part, index] = [0, 0];
    return {
      next: () => {
        for (;;) {
          const records = parts[part];
          if (records === undefined) return { done: true, value: undefined };
          const value = index < records.length ? records.at(index) : undefined;
          index += 1;
          if (value !== undefined) return { done: false, value };
          [part, index] = [part + 1, 0];
        }
      },
    };
  }
}
