import type { RecordHeaders } from '@login-pipeline/streams';
import { crc32c } from '@node-rs/crc32';
import { ATTRIBUTE, FIELD, LENGTH_END, MAGIC, NO_PRODUCER } from './batch-format.ts';
import type { Bytes } from './byte-writer.ts';
import { ByteWriter, nullableBytesSize, varintSize, varlongSize } from './byte-writer.ts';
import { CODECS } from './compression.ts';
import { headersSize, writeHeaders } from './headers.ts';
import type { Int64 } from './int64.ts';
import { parseInt64, subtract } from './int64.ts';

/** A record on its way to a topic; texts are written as UTF-8. */
export interface WritableRecord {
  readonly key?: Bytes;
  readonly value?: Bytes;
  readonly headers?: RecordHeaders | undefined;
  /** Epoch milliseconds; absent: now. */
  readonly timestamp?: string | number | null | undefined;
}

/** Who writes a batch: what lets the broker drop repetitions and fence the past (KIP-98). */
export interface BatchProducer {
  readonly id: bigint;
  readonly epoch: number;
  /** Number of the batch's first record among the producer's in this partition. */
  readonly baseSequence: number;
  readonly transactional: boolean;
}

/** The leader sets its epoch when it appends. */
const NO_LEADER_EPOCH = -1;

/**
 * Length, attributes, deltas and the number of headers take at most so much: four varints of 5, 10,
 * 5 and 5 bytes, and one.
 */
const RECORD_OVERHEAD = 26;

export const NOT_IDEMPOTENT: BatchProducer = {
  id: BigInt(NO_PRODUCER),
  epoch: NO_PRODUCER,
  baseSequence: NO_PRODUCER,
  transactional: false,
};

/**
 * A batch of format 2, encoded but for its producer, which is known only when it is sent. Records
 * can go once they are in here: what waits for a transaction is bytes.
 */
export class EncodedBatch {
  /** How many records it holds. */
  readonly length: number;
  /** Its size before it was compressed. */
  readonly uncompressedBytes: number;
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer, length: number, uncompressedBytes: number) {
    this.length = length;
    this.uncompressedBytes = uncompressedBytes;
    this.#bytes = bytes;
  }

  /**
   * @param records at least one
   * @param codec the compression's number; 0 for none
   */
  static async of(records: readonly WritableRecord[], codec: number): Promise<EncodedBatch> {
    const batch = writeRecords(records, codec);
    const bytes = codec === 0 ? batch : await compress(batch, codec);
    return new EncodedBatch(bytes, records.length, batch.length);
  }

  /** @returns the batch as its producer writes it; the same bytes each time */
  by({ id, epoch, baseSequence, transactional }: BatchProducer): Buffer {
    const batch = this.#bytes;
    const codec = batch.readInt16BE(FIELD.attributes) & ATTRIBUTE.compression;
    batch.writeInt16BE(codec | (transactional ? ATTRIBUTE.transactional : 0), FIELD.attributes);
    batch.writeBigInt64BE(id, FIELD.producerId);
    batch.writeInt16BE(epoch, FIELD.producerEpoch);
    batch.writeInt32BE(baseSequence, FIELD.baseSequence);
    batch.writeUInt32BE(crc32c(batch.subarray(FIELD.attributes)), FIELD.crc);
    return batch;
  }
}

/**
 * Encodes records as one batch of format 2, byte for byte as Kafka's Java client does, as long as they are
 * not compressed.
 *
 * @param records at least one
 * @param codec the compression's number; 0 for none
 * @param producer absent: one that is not idempotent
 */
export async function writeBatch(
  records: readonly WritableRecord[],
  codec: number,
  producer: BatchProducer = NOT_IDEMPOTENT,
): Promise<Buffer> {
  return (await EncodedBatch.of(records, codec)).by(producer);
}

/** @returns a batch whose header lacks the producer and the checksum */
function writeRecords(records: readonly WritableRecord[], codec: number): Buffer {
  const now = Date.now();
  const baseTimestamp = toTimestamp(records[0]?.timestamp, now);
  let maxTimestamp = baseTimestamp;
  const writer = new ByteWriter(Buffer.allocUnsafe(mostBytes(records)), FIELD.records);
  for (let index = 0; index < records.length; index += 1) {
    const { key, value, headers, timestamp } = records[index] ?? {};
    const time = toTimestamp(timestamp, now);
    if (time > maxTimestamp) maxTimestamp = time;
    const delta = subtract(time, baseTimestamp);
    writer.varint(
      1 +
        varlongSize(delta) +
        varintSize(index) +
        nullableBytesSize(key) +
        nullableBytesSize(value) +
        headersSize(headers),
    );
    writer.byte(0);
    writer.varlong(delta);
    writer.varint(index);
    writer.nullableBytes(key);
    writer.nullableBytes(value);
    writeHeaders(writer, headers);
  }
  const batch = writer.bytes.subarray(0, writer.position);
  writeHeader(batch, { codec, count: records.length, baseTimestamp, maxTimestamp });
  return batch;
}

/** @returns what a batch takes at most: less than a tenth too much, for one pass over the records less */
function mostBytes(records: readonly WritableRecord[]): number {
  let bytes = FIELD.records;
  for (const { key, value, headers } of records) {
    bytes += RECORD_OVERHEAD + nullableBytesSize(key) + nullableBytesSize(value);
    if (headers !== undefined) bytes += headersSize(headers);
  }
  return bytes;
}

async function compress(batch: Buffer, codec: number): Promise<Buffer> {
  const compression = CODECS[codec];
  if (compression === undefined) throw new Error(`There is no codec ${codec}`);
  const records = await compression.compress(batch.subarray(FIELD.records));
  const compressed = Buffer.concat([batch.subarray(0, FIELD.records), records]);
  compressed.writeInt32BE(compressed.length - LENGTH_END, FIELD.length);
  return compressed;
}

function writeHeader(
  batch: Buffer,
  header: {
    readonly codec: number;
    readonly count: number;
    readonly baseTimestamp: Int64;
    readonly maxTimestamp: Int64;
  },
): void {
  batch.writeBigInt64BE(0n, FIELD.baseOffset);
  batch.writeInt32BE(batch.length - LENGTH_END, FIELD.length);
  batch.writeInt32BE(NO_LEADER_EPOCH, FIELD.partitionLeaderEpoch);
  batch.writeInt8(MAGIC, FIELD.magic);
  batch.writeInt16BE(header.codec, FIELD.attributes);
  batch.writeInt32BE(header.count - 1, FIELD.lastOffsetDelta);
  batch.writeBigInt64BE(BigInt(header.baseTimestamp), FIELD.baseTimestamp);
  batch.writeBigInt64BE(BigInt(header.maxTimestamp), FIELD.maxTimestamp);
  batch.writeInt32BE(header.count, FIELD.count);
}

function toTimestamp(timestamp: WritableRecord['timestamp'], now: number): Int64 {
  if (timestamp === null || timestamp === undefined) return now;
  return typeof timestamp === 'number' ? timestamp : parseInt64(timestamp);
}
