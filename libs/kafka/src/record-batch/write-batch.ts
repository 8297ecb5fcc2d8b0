import { crc32c } from '@node-rs/crc32';
import { ATTRIBUTE, FIELD, LENGTH_END, MAGIC, NO_PRODUCER } from './batch-format.ts';
import type { Bytes } from './byte-writer.ts';
import { ByteWriter, nullableBytesSize, varintSize, varlongSize } from './byte-writer.ts';
import { CODECS } from './compression.ts';
import { headersSize, writeHeaders } from './headers.ts';
import type { WritableHeaders } from './headers.ts';
import type { Int64 } from './int64.ts';
import { parseInt64, subtract } from './int64.ts';

/** A record on its way to a topic; texts are written as UTF-8. */
export interface WritableRecord {
  readonly key?: Bytes;
  readonly value?: Bytes;
  readonly headers?: WritableHeaders | undefined;
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

const NOT_IDEMPOTENT: BatchProducer = {
  id: BigInt(NO_PRODUCER),
  epoch: NO_PRODUCER,
  baseSequence: NO_PRODUCER,
  transactional: false,
};

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
  const now = Date.now();
  const timestamps = records.map(({ timestamp }) => toTimestamp(timestamp, now));
  const batch = writeRecords(records, timestamps);
  const whole = codec === 0 ? batch : await compress(batch, codec);
  writeHeader(whole, timestamps, codec, producer);
  return whole;
}

/** @returns a batch with room for its header */
function writeRecords(records: readonly WritableRecord[], timestamps: readonly Int64[]): Buffer {
  const baseTimestamp = timestamps[0] ?? 0;
  const deltas = timestamps.map((timestamp) => subtract(timestamp, baseTimestamp));
  const sizes = records.map((record, index) => recordSize(record, index, deltas[index] ?? 0));
  const total = sizes.reduce((sum, size) => sum + varintSize(size) + size, FIELD.records);
  const writer = new ByteWriter(Buffer.allocUnsafe(total), FIELD.records);
  records.forEach(({ key, value, headers }, index) => {
    writer.varint(sizes[index] ?? 0);
    writer.byte(0);
    writer.varlong(deltas[index] ?? 0);
    writer.varint(index);
    writer.nullableBytes(key);
    writer.nullableBytes(value);
    writeHeaders(writer, headers);
  });
  return writer.bytes;
}

/** @returns the bytes of a record after its length: attributes, deltas, key, value, headers */
function recordSize(
  { key, value, headers }: WritableRecord,
  offsetDelta: number,
  timestampDelta: Int64,
): number {
  return (
    1 +
    varlongSize(timestampDelta) +
    varintSize(offsetDelta) +
    nullableBytesSize(key) +
    nullableBytesSize(value) +
    headersSize(headers)
  );
}

async function compress(batch: Buffer, codec: number): Promise<Buffer> {
  const compression = CODECS[codec];
  if (compression === undefined) throw new Error(`There is no codec ${codec}`);
  const records = await compression.compress(batch.subarray(FIELD.records));
  return Buffer.concat([batch.subarray(0, FIELD.records), records]);
}

function writeHeader(
  batch: Buffer,
  timestamps: readonly Int64[],
  codec: number,
  { id, epoch, baseSequence, transactional }: BatchProducer,
): void {
  const count = timestamps.length;
  const maxTimestamp = timestamps.reduce((max, timestamp) => (timestamp > max ? timestamp : max));
  batch.writeBigInt64BE(0n, FIELD.baseOffset);
  batch.writeInt32BE(batch.length - LENGTH_END, FIELD.length);
  batch.writeInt32BE(NO_LEADER_EPOCH, FIELD.partitionLeaderEpoch);
  batch.writeInt8(MAGIC, FIELD.magic);
  batch.writeInt16BE(codec | (transactional ? ATTRIBUTE.transactional : 0), FIELD.attributes);
  batch.writeInt32BE(count - 1, FIELD.lastOffsetDelta);
  batch.writeBigInt64BE(BigInt(timestamps[0] ?? 0), FIELD.baseTimestamp);
  batch.writeBigInt64BE(BigInt(maxTimestamp), FIELD.maxTimestamp);
  batch.writeBigInt64BE(id, FIELD.producerId);
  batch.writeInt16BE(epoch, FIELD.producerEpoch);
  batch.writeInt32BE(baseSequence, FIELD.baseSequence);
  batch.writeInt32BE(count, FIELD.count);
  batch.writeUInt32BE(crc32c(batch.subarray(FIELD.attributes)), FIELD.crc);
}

function toTimestamp(timestamp: WritableRecord['timestamp'], now: number): Int64 {
  if (timestamp === null || timestamp === undefined) return now;
  return typeof timestamp === 'number' ? timestamp : parseInt64(timestamp);
}
