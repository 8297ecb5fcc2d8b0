import type { FetchedBatch, FetchedRecords, ReadLimits, RecordPart } from '@login-pipeline/streams';
import { DamageError } from '@login-pipeline/streams';
import { ATTRIBUTE, FIELD, NO_PRODUCER } from './batch-format.ts';
import { ByteReader } from './byte-reader.ts';
import { CODECS } from './compression.ts';
import type { Codec } from './compression.ts';
import { int64 } from './int64.ts';
import { recordParts } from './record-parts.ts';
import { RecordView, skipRecord } from './record-view.ts';
import type { RecordContext } from './record-view.ts';
import { StoredRecords } from './stored-records.ts';

/**
 * The type of a control record that ends a transaction without its records (Kafka protocol guide,
 * "Control Batches").
 */
const ABORT = 0;

/** A batch of format 2 whose checksum holds. */
export class StoredBatch implements FetchedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  readonly transactionOf: string | undefined;
  readonly marker: 'abort' | 'other' | undefined;
  /** Undefined: the records are not compressed. */
  readonly #codec: Codec | undefined;
  readonly #records: Buffer;
  readonly #context: Omit<RecordContext, 'reader' | 'maxValueBytes'>;

  /**
   * @param bytes header and records
   * @throws DamageError when the header makes no sense
   */
  constructor(bytes: Buffer) {
    const attributes = bytes.readInt16BE(FIELD.attributes);
    const baseOffset = readOffset(bytes);
    const lastOffsetDelta = bytes.readInt32BE(FIELD.lastOffsetDelta);
    const maxTimestamp = int64(bytes.readBigInt64BE(FIELD.maxTimestamp));
    this.count = bytes.readInt32BE(FIELD.count);
    if (lastOffsetDelta < 0 || this.count < 0) throw new DamageError('its header is damaged');
    this.baseOffset = baseOffset;
    this.lastOffset = baseOffset + lastOffsetDelta;
    this.#records = bytes.subarray(FIELD.records);
    if (this.count === 0 && this.#records.length > 0) {
      throw new DamageError('it holds more bytes than its records');
    }
    this.#codec = codecOf(attributes & ATTRIBUTE.compression);
    this.#context = {
      baseOffset,
      baseTimestamp: int64(bytes.readBigInt64BE(FIELD.baseTimestamp)),
      appendTime: (attributes & ATTRIBUTE.logAppendTime) > 0 ? maxTimestamp : undefined,
    };
    const producerId = bytes.readBigInt64BE(FIELD.producerId);
    const transactional =
      (attributes & ATTRIBUTE.transactional) > 0 && producerId !== BigInt(NO_PRODUCER);
    this.transactionOf = transactional ? producerId.toString() : undefined;
    this.marker = (attributes & ATTRIBUTE.control) > 0 ? this.#readMarker() : undefined;
  }

  get bytes(): number {
    return this.#records.length;
  }

  get isCompressed(): boolean {
    return this.#codec !== undefined;
  }

  get windowBytes(): number {
    try {
      return this.#codec?.windowBytes?.(this.#records) ?? 0;
    } catch {
      // What is damaged fails when it is read.
      return 0;
    }
  }

  async whole(from: number, limits: ReadLimits): Promise<RecordPart | undefined> {
    const { pieceBytes, pieceRecords, valueBytes: maxValueBytes } = limits;
    if (this.count > pieceRecords || this.#records.length > pieceBytes) return undefined;
    const bytes = await this.#plain(pieceBytes);
    if (bytes === undefined) return undefined;
    const reader = new ByteReader(bytes);
    const context = { ...this.#context, maxValueBytes, reader };
    return { records: this.#recordsIn(context, from), bytes: bytes.length };
  }

  async *parts(from: number, limits: ReadLimits): AsyncGenerator<RecordPart> {
    const { valueBytes: maxValueBytes } = limits;
    const large = {
      context: { ...this.#context, maxValueBytes },
      bytes: this.#plainParts(),
      count: this.count,
      minDelta: from - this.baseOffset,
    };
    yield* recordParts(large, limits);
  }

  #recordsIn(context: RecordContext, from: number): FetchedRecords {
    const { reader } = context;
    const { bytes } = reader;
    // A count that is damaged must not cost as much memory.
    const starts = new Uint32Array(Math.min(this.count, bytes.length));
    const minDelta = from - this.baseOffset;
    let length = 0;
    for (let left = this.count; left > 0; left -= 1) {
      const start = reader.position;
      if (skipRecord(reader) >= minDelta) starts[length++] = start;
    }
    if (reader.position !== bytes.length) {
      throw new DamageError('it holds more bytes than its records');
    }
    return new StoredRecords(context, starts.subarray(0, length));
  }

  /** @returns the records' bytes, undefined when they are more than allowed */
  async #plain(maxBytes: number): Promise<Buffer | undefined> {
    const codec = this.#codec;
    if (codec === undefined || this.#records.length === 0) return this.#records;
    try {
      return await codec.decompress(this.#records, maxBytes);
    } catch {
      // What is not too large but damaged fails again, with its reason, when it is read bit by bit.
      return undefined;
    }
  }

  async *#plainParts(): AsyncGenerator<Buffer> {
    const codec = this.#codec;
    if (codec === undefined) {
      yield this.#records;
      return;
    }
    try {
      yield* codec.parts(this.#records);
    } catch (error) {
      throw damageOf(codec, error);
    }
  }

  /** A control record's key is a version and a type, each an int16. Brokers write it, uncompressed. */
  #readMarker(): 'abort' | 'other' {
    if (this.count === 0) return 'other';
    if (this.isCompressed) throw new DamageError('its control record is compressed');
    const reader = new ByteReader(this.#records);
    skipRecord(reader);
    const { key } = new RecordView({ ...this.#context, maxValueBytes: Infinity, reader }, 0);
    if (key === null || key.length < 4) throw new DamageError('its control record has no type');
    return key.readInt16BE(2) === ABORT ? 'abort' : 'other';
  }
}

function codecOf(number: number): Codec | undefined {
  if (number === 0) return undefined;
  const codec = CODECS[number];
  if (codec === undefined) throw new DamageError(`its codec ${number} is not known`);
  return codec;
}

function damageOf(codec: Codec, error: unknown): DamageError {
  if (error instanceof DamageError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new DamageError(`${codec.name} cannot decompress it (${reason})`);
}

function readOffset(header: Buffer): number {
  const offset = int64(header.readBigInt64BE(FIELD.baseOffset));
  if (typeof offset === 'bigint' || offset < 0) throw new DamageError('its offset is damaged');
  return offset;
}
