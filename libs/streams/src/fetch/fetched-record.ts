import type { EncodedHeaders } from '../records/record.ts';

/** A record as consumers get it. */
export interface FetchedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Position in the partition, decimal. */
  readonly offset: string;
  /** Epoch milliseconds, -1 for none: a number, or a decimal int64 where that is not exact. */
  readonly timestamp: number | string;
  readonly attributes: number;
  /** Absent where there are none. */
  readonly headers?: EncodedHeaders | undefined;
  /** How many bytes of a record that is too large are left out here: its value, and its key or headers if need be. */
  readonly omittedBytes?: number | undefined;
}

/** Records in order. */
export interface FetchedRecords extends Iterable<FetchedRecord> {
  readonly length: number;
  at(index: number): FetchedRecord | undefined;
}
