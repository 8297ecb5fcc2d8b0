import { ATTRIBUTE, FIELD, NO_PRODUCER } from './batch-format.ts';
import { ByteReader } from './byte-reader.ts';
import { DamageError } from './errors.ts';
import { skipHeaders } from './headers.ts';
import type { ReadHeaders } from './headers.ts';
import { int64 } from './int64.ts';
import { RecordView } from './record-view.ts';
import type { RecordContext } from './record-view.ts';

/** A record as kafkajs' consumers get it. */
export interface FetchedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Position in the partition, decimal. */
  readonly offset: string;
  /** Epoch milliseconds, decimal; -1 for none. */
  readonly timestamp: string;
  readonly attributes: number;
  /** Absent before format 2. */
  readonly headers?: ReadHeaders;
}

/** A batch of records as a partition has it: what to know of it before its records are decoded. */
export interface FetchedBatch {
  readonly baseOffset: number;
  /** The last offset it covers. After compaction the record there, and all others, may be gone. */
  readonly lastOffset: number;
  /** The producer whose transaction it belongs to, a decimal int64; undefined outside of transactions. */
  readonly transactionOf: string | undefined;
  /** A control batch's word: how the producer's transaction ended. Undefined for records of applications. */
  readonly marker: 'abort' | 'other' | undefined;
  /**
   * Decodes the records from an offset on.
   *
   * @throws DamageError when the bytes are no records
   */
  decode(from: number, into: FetchedRecord[]): void;
}

/** The type of a control record that ends a transaction without its records (Kafka protocol guide, "Control Batches"). */
const ABORT = 0;

/** A batch of format 2 whose checksum holds, with its records decompressed but not decoded. */
export class StoredBatch implements FetchedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly transactionOf: string | undefined;
  readonly marker: 'abort' | 'other' | undefined;
  readonly #context: RecordContext;
  readonly #count: number;

  /**
   * @param header the 61 bytes in front of the records
   * @param bytes the records, uncompressed
   * @throws DamageError when the header makes no sense
   */
  constructor(header: Buffer, bytes: Buffer) {
    const attributes = header.readInt16BE(FIELD.attributes);
    const baseOffset = readOffset(header);
    const lastOffsetDelta = header.readInt32BE(FIELD.lastOffsetDelta);
    const maxTimestamp = int64(header.readBigInt64BE(FIELD.maxTimestamp));
    this.#count = header.readInt32BE(FIELD.count);
    if (lastOffsetDelta < 0 || this.#count < 0) throw new DamageError('its header is damaged');
    this.baseOffset = baseOffset;
    this.lastOffset = baseOffset + lastOffsetDelta;
    this.#context = {
      baseOffset,
      baseTimestamp: int64(header.readBigInt64BE(FIELD.baseTimestamp)),
      appendTime: (attributes & ATTRIBUTE.logAppendTime) > 0 ? maxTimestamp : undefined,
      bytes,
    };
    const producerId = header.readBigInt64BE(FIELD.producerId);
    const transactional =
      (attributes & ATTRIBUTE.transactional) > 0 && producerId !== BigInt(NO_PRODUCER);
    this.transactionOf = transactional ? producerId.toString() : undefined;
    this.marker = (attributes & ATTRIBUTE.control) > 0 ? this.#readMarker() : undefined;
  }

  decode(from: number, into: FetchedRecord[]): void {
    const { bytes } = this.#context;
    const reader = new ByteReader(bytes);
    const minDelta = from - this.baseOffset;
    for (let left = this.#count; left > 0; left -= 1) {
      const record = decodeRecord(this.#context, reader);
      if (record.offsetDelta >= minDelta) into.push(record);
    }
    if (reader.position !== bytes.length) {
      throw new DamageError('it holds more bytes than its records');
    }
  }

  /** A control record's key is a version and a type, each an int16. */
  #readMarker(): 'abort' | 'other' {
    if (this.#count === 0) return 'other';
    const { key } = decodeRecord(this.#context, new ByteReader(this.#context.bytes));
    if (key === null || key.length < 4) throw new DamageError('its control record has no type');
    return key.readInt16BE(2) === ABORT ? 'abort' : 'other';
  }
}

function readOffset(header: Buffer): number {
  const offset = int64(header.readBigInt64BE(FIELD.baseOffset));
  if (typeof offset === 'bigint' || offset < 0) throw new DamageError('its offset is damaged');
  return offset;
}

/** Reads a record: length, attributes, deltas, key, value, headers (Kafka protocol guide, "Record"). */
function decodeRecord(context: RecordContext, reader: ByteReader): RecordView {
  const length = reader.varint();
  const end = reader.position + length;
  reader.position += 1;
  const timestampDelta = reader.varlong();
  const offsetDelta = reader.varint();
  const key = reader.nullableBytes();
  const value = reader.nullableBytes();
  const headersStart = reader.position;
  const hasHeaders = skipHeaders(reader, end);
  if (reader.position !== end || end > reader.bytes.length) {
    throw new DamageError('a record does not fill its length');
  }
  return new RecordView(
    context,
    offsetDelta,
    timestampDelta,
    key,
    value,
    hasHeaders ? headersStart : undefined,
  );
}
