/**
 * Header values by name, as the broker had them; a name that occurs several times holds a list.
 */
export type RecordHeaders = Readonly<
  Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>
>;

/** Epoch milliseconds: a number, or a decimal int64, as it must be where a number is not exact. */
export type Timestamp = number | string;

/** A record as it came from the broker. Its bytes are views on a fetched buffer: read, never write. */
export interface ConsumedRecord {
  /** Position in the partition, a decimal int64: parse it only when a number is needed. */
  readonly offset: string;
  /** The record's own time. */
  readonly timestamp: Timestamp;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders | undefined;
}

/** Records in order; each may be made anew when it is asked for. An array is one, too. */
export interface ConsumedRecords extends Iterable<ConsumedRecord> {
  readonly length: number;
  /** Negative indexes count from the end. */
  at(index: number): ConsumedRecord | undefined;
}

/** What one fetch brought for one partition. */
export interface ConsumedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: ConsumedRecords;
  /** Where to go on after this batch: its last offset plus one, control records included. */
  readonly nextOffset: bigint;
  /** The most that {@link recordBytes} of an output may be; absent where nothing is written. */
  readonly maxOutputBytes?: number;
}

/** A record on its way to a topic. */
export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders | undefined;
  readonly timestamp: Timestamp;
}
