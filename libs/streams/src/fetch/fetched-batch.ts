import type { FetchedRecords } from './fetched-record.ts';
import type { ReadLimits } from './read-limits.ts';

/** Some of a batch's records, and what they keep in memory. */
export interface RecordPart {
  readonly records: FetchedRecords;
  readonly bytes: number;
}

/** A batch of records as a partition has it: what to know of it before its records are decompressed and decoded. */
export interface FetchedBatch {
  readonly baseOffset: number;
  /** The last offset it covers. After compaction the record there, and all others, may be gone. */
  readonly lastOffset: number;
  /** How many records it says it has. */
  readonly count: number;
  /** What it takes as it was fetched. */
  readonly bytes: number;
  /** Whether its records take memory beyond what was fetched. */
  readonly isCompressed: boolean;
  /** What decompressing keeps besides the records, at most. */
  readonly windowBytes: number;
  /** The producer whose transaction it belongs to, a decimal int64; undefined outside of transactions. */
  readonly transactionOf: string | undefined;
  /** A control batch's word: how the producer's transaction ended. Undefined for records of applications. */
  readonly marker: 'abort' | 'other' | undefined;
  /**
   * Reads the records from an offset on.
   *
   * @returns undefined when they are more than a piece: then {@link parts} has them
   * @throws DamageError when the bytes are no records: none of them fails later
   */
  whole(from: number, limits: ReadLimits): Promise<RecordPart | undefined>;
  /** Reads the records from an offset on bit by bit. @throws DamageError as {@link whole}, as far as it has come */
  parts(from: number, limits: ReadLimits): AsyncIterable<RecordPart>;
}

/** Where and why reading ended before the bytes did. */
export interface Damage {
  /** The first offset of the batch that cannot be read. */
  readonly offset: number;
  /** Its last one; undefined where that is not sure. */
  readonly lastOffset: number | undefined;
  readonly reason: string;
}

/** What a fetch brought for one partition. */
export interface FetchedBatches {
  readonly batches: readonly FetchedBatch[];
  /** For an error with topic and partition, which only the consumer knows. */
  readonly damage?: Damage;
}

/** A transaction that a reader of committed records has to leave out. */
export interface AbortedTransaction {
  /** A decimal int64, as the first offset. */
  readonly producerId: string;
  readonly firstOffset: string;
}
