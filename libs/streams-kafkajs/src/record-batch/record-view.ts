import type { FetchedRecord } from '@login-pipeline/streams';
import { DamageError } from '@login-pipeline/streams';
import { ByteReader } from './byte-reader.ts';
import { FetchedHeaders, skipHeaders } from './headers.ts';
import type { Int64 } from './int64.ts';
import { add } from './int64.ts';

/** What the records of a batch have in common. */
export interface RecordContext {
  readonly baseOffset: number;
  /** Epoch milliseconds that timestamps are counted from. */
  readonly baseTimestamp: Int64;
  /** The one timestamp of all records, where the broker sets it. */
  readonly appendTime: Int64 | undefined;
  /** A larger value is not given, see {@link FetchedRecord.omittedBytes}. */
  readonly maxValueBytes: number;
  /** On the batch's records, uncompressed. */
  readonly reader: ByteReader;
}

/** @returns a record's time, by how much later it is than the batch's base */
export function timestampOf(
  { appendTime, baseTimestamp }: Pick<RecordContext, 'appendTime' | 'baseTimestamp'>,
  delta: Int64,
): number | string {
  const time = appendTime ?? add(baseTimestamp, delta);
  return typeof time === 'number' ? time : String(time);
}

/**
 * Passes over a record: length, attributes, deltas, key, value, headers (Kafka protocol guide, "Record").
 *
 * @returns its position counted from the batch's first offset
 * @throws DamageError when it is none
 */
export function skipRecord(reader: ByteReader): number {
  const length = reader.varint();
  const end = reader.position + length;
  reader.position += 1;
  reader.varlong();
  const offsetDelta = reader.varint();
  reader.skip(reader.varint());
  reader.skip(reader.varint());
  skipHeaders(reader, end);
  if (reader.position !== end || end > reader.bytes.length) {
    throw new DamageError('a record does not fill its length');
  }
  return offsetDelta;
}

/**
 * A record of a batch of format 2: positions in what was fetched. Its parts are made anew at every access: a
 * caller asks for each once, and what is not asked for costs nothing.
 */
export class RecordView implements FetchedRecord {
  /** Unused by the protocol; kafkajs' type has it. */
  readonly attributes = 0;
  readonly #context: RecordContext;
  readonly #offsetDelta: number;
  readonly #timestampDelta: Int64;
  readonly #keyStart: number;
  readonly #keyLength: number;
  readonly #valueStart: number;
  readonly #valueLength: number;
  readonly #end: number;

  /** @param start where a record begins that {@link skipRecord} has passed over */
  constructor(context: RecordContext, start: number) {
    const { reader } = context;
    reader.position = start;
    const length = reader.varint();
    this.#end = reader.position + length;
    reader.position += 1;
    this.#context = context;
    this.#timestampDelta = reader.varlong();
    this.#offsetDelta = reader.varint();
    this.#keyLength = reader.varint();
    this.#keyStart = reader.position;
    reader.skip(this.#keyLength);
    this.#valueLength = reader.varint();
    this.#valueStart = reader.position;
  }

  /** A view on the fetched bytes. */
  get key(): Buffer | null {
    return this.#part(this.#keyStart, this.#keyLength);
  }

  /** A view on the fetched bytes. */
  get value(): Buffer | null {
    if (this.#valueLength > this.#context.maxValueBytes) return null;
    return this.#part(this.#valueStart, this.#valueLength);
  }

  get omittedBytes(): number | undefined {
    return this.#valueLength > this.#context.maxValueBytes ? this.#valueLength : undefined;
  }

  /** Position in the partition, decimal. */
  get offset(): string {
    return String(this.#context.baseOffset + this.#offsetDelta);
  }

  get timestamp(): number | string {
    return timestampOf(this.#context, this.#timestampDelta);
  }

  get headers(): FetchedHeaders | undefined {
    const { bytes } = this.#context.reader;
    const start = this.#valueStart + Math.max(0, this.#valueLength);
    // A count of none is one zero byte.
    return bytes[start] === 0 ? undefined : new FetchedHeaders(bytes.subarray(start, this.#end));
  }

  /** @returns null for a negative length, as the protocol has it */
  #part(start: number, length: number): Buffer | null {
    return length < 0 ? null : this.#context.reader.bytes.subarray(start, start + length);
  }
}
