/** A header's name and value. A name is bytes that need not be UTF-8; a text stands for its UTF-8. */
export type RecordHeader = readonly [name: Buffer | string, value: Buffer | string | null];

/** A record's headers as they came: who passes them on copies bytes, and who iterates decodes them. */
export interface EncodedHeaders extends Iterable<RecordHeader> {
  /** Their number and themselves, as a record has them (Kafka protocol guide, "Record"). */
  readonly encoded: Buffer;
}

/** Headers as they came, and others behind them: a record may have a million, and few are added. */
export interface ExtendedHeaders extends Iterable<RecordHeader> {
  readonly came: EncodedHeaders;
  readonly added: readonly RecordHeader[];
}

/** Headers in order: a list, in which a name may come again (KIP-82). */
export type RecordHeaders = readonly RecordHeader[] | EncodedHeaders | ExtendedHeaders;

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
  /**
   * How many bytes of the record were too large to be read: its value is null then, perhaps its
   * key, and headers lack.
   */
  readonly omittedBytes?: number | undefined;
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
  /** Records, by offset, whose outputs the brokers refused before, and why; absent where there are none. */
  readonly refused?: ReadonlyMap<string, Refusal> | undefined;
}

/** Why brokers refuse an output: for its timestamp, its size, or by another of their topic's rules. */
export type Refusal = 'timestamp' | 'size' | 'record';

/** A record on its way to a topic. */
export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders | undefined;
  readonly timestamp: Timestamp;
}
