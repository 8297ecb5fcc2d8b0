import { ATTRIBUTE, FIELD, NO_PRODUCER } from './batch-format.ts';
import { ByteReader } from './byte-reader.ts';
import { DamageError } from './errors.ts';
import type { FetchedRecord, FetchedRecords } from './fetched-record.ts';
import { int64 } from './int64.ts';
import { RecordView, skipRecord } from './record-view.ts';
import type { RecordContext } from './record-view.ts';

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
   * @returns the records from an offset on
   * @throws DamageError when the bytes are no records: none of them fails later
   */
  recordsFrom(offset: number): FetchedRecords;
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
      reader: new ByteReader(bytes),
    };
    const producerId = header.readBigInt64BE(FIELD.producerId);
    const transactional =
      (attributes & ATTRIBUTE.transactional) > 0 && producerId !== BigInt(NO_PRODUCER);
    this.transactionOf = transactional ? producerId.toString() : undefined;
    this.marker = (attributes & ATTRIBUTE.control) > 0 ? this.#readMarker() : undefined;
  }

  recordsFrom(offset: number): FetchedRecords {
    const { reader } = this.#context;
    const { bytes } = reader;
    // A count that is damaged must not make us ask for as much memory.
    const starts = new Uint32Array(Math.min(this.#count, bytes.length));
    const minDelta = offset - this.baseOffset;
    let length = 0;
    reader.position = 0;
    for (let left = this.#count; left > 0; left -= 1) {
      const start = reader.position;
      if (skipRecord(reader) >= minDelta) starts[length++] = start;
    }
    if (reader.position !== bytes.length) {
      throw new DamageError('it holds more bytes than its records');
    }
    return new StoredRecords(this.#context, starts.subarray(0, length));
  }

  /** A control record's key is a version and a type, each an int16. */
  #readMarker(): 'abort' | 'other' {
    if (this.#count === 0) return 'other';
    skipRecord(this.#context.reader);
    const { key } = new RecordView(this.#context, 0);
    if (key === null || key.length < 4) throw new DamageError('its control record has no type');
    return key.readInt16BE(2) === ABORT ? 'abort' : 'other';
  }
}

/** Records by where they begin. */
class StoredRecords implements FetchedRecords {
  readonly length: number;
  readonly #context: RecordContext;
  readonly #starts: Uint32Array;

  constructor(context: RecordContext, starts: Uint32Array) {
    this.#context = context;
    this.#starts = starts;
    this.length = starts.length;
  }

  at(index: number): FetchedRecord | undefined {
    const start = this.#starts[index];
    return start === undefined ? undefined : new RecordView(this.#context, start);
  }

  *[Symbol.iterator](): Generator<FetchedRecord> {
    for (const start of this.#starts) yield new RecordView(this.#context, start);
  }
}

function readOffset(header: Buffer): number {
  const offset = int64(header.readBigInt64BE(FIELD.baseOffset));
  if (typeof offset === 'bigint' || offset < 0) throw new DamageError('its offset is damaged');
  return offset;
}
