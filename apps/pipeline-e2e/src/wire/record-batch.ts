import { AT, CONTROL, LENGTH_END, TRANSACTIONAL } from '@login-pipeline/plain-wire';
import { crc32c } from '@node-rs/crc32';
import { CODECS, IMPLEMENTATIONS } from '../codecs.ts';
import type { CodecName } from '../codecs.ts';

/**
 * Record batches of format 2 (Kafka protocol guide, "Record Batch") with all that a producer may put into them, where
 * kafkajs would order headers, refuse names, or replace timestamps. Shares no code with the services.
 */

/** A header: Kafka keeps them as a list (KIP-82). */
export type WireHeader = readonly [name: Buffer, value: Buffer | null];

export interface WireRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly WireHeader[];
  /** Epoch milliseconds; -1: none. */
  readonly timestamp: bigint;
}

/** A record as it lies in the log. */
export interface LoggedRecord extends WireRecord {
  readonly offset: number;
}

/** A batch as it lies in the log. */
export interface LoggedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: number;
  readonly transactional: boolean;
  /** Whether it is a marker that ends a transaction, not records. */
  readonly control: boolean;
  readonly records: readonly LoggedRecord[];
}

const CODEC_MASK = 0x07;
const CODEC_BY_TYPE = new Map<number, CodecName>(
  (Object.keys(CODECS) as CodecName[]).map((name) => [CODECS[name], name]),
);

/**
 * @param codec undefined: not compressed
 * @param compress makes the codec's bytes in another way than usual
 */
export async function encodeBatch(
  records: readonly WireRecord[],
  codec?: CodecName,
  compress = codec && IMPLEMENTATIONS[codec].compress,
): Promise<Buffer> {
  const baseTimestamp = records[0]?.timestamp ?? -1n;
  const plain = Buffer.concat(
    records.flatMap((record, index) => framed(encodeRecord(record, index, baseTimestamp))),
  );
  const payload = compress === undefined ? plain : await compress(plain);
  return sealBatch(payload, codec === undefined ? 0 : CODECS[codec], records);
}

/** Puts a header before a payload. */
function sealBatch(
  payload: Buffer,
  attributes: number,
  records: readonly Pick<WireRecord, 'timestamp'>[],
): Buffer {
  const timestamps = records.map(({ timestamp }) => timestamp);
  const batch = Buffer.concat([Buffer.alloc(AT.records), payload]);
  batch.writeInt32BE(batch.length - LENGTH_END, AT.length);
  batch[AT.magic] = 2;
  batch.writeInt16BE(attributes, AT.attributes);
  batch.writeInt32BE(records.length - 1, AT.lastOffsetDelta);
  batch.writeBigInt64BE(timestamps[0] ?? -1n, AT.baseTimestamp);
  const latest = timestamps.reduce((one, other) => (one > other ? one : other), -1n);
  batch.writeBigInt64BE(latest, AT.maxTimestamp);
  batch.writeBigInt64BE(-1n, AT.producerId);
  batch.writeInt16BE(-1, AT.producerEpoch);
  batch.writeInt32BE(-1, AT.sequence);
  batch.writeInt32BE(records.length, AT.count);
  batch.writeUInt32BE(crc32c(batch.subarray(AT.attributes)), AT.crc);
  return batch;
}

/** @param bytes whole batches; a last one that is cut off is left out */
export async function decodeBatches(bytes: Buffer): Promise<readonly LoggedBatch[]> {
  const batches: LoggedBatch[] = [];
  for (let start = 0; start + AT.records <= bytes.length;) {
    const end = start + LENGTH_END + bytes.readInt32BE(start + AT.length);
    if (end > bytes.length) break;
    batches.push(await decodeBatch(bytes.subarray(start, end)));
    start = end;
  }
  return batches;
}

async function decodeBatch(batch: Buffer): Promise<LoggedBatch> {
  const attributes = batch.readInt16BE(AT.attributes);
  const baseOffset = Number(batch.readBigInt64BE(0));
  const codec = CODEC_BY_TYPE.get(attributes & CODEC_MASK);
  const payload = batch.subarray(AT.records);
  const plain = codec === undefined ? payload : await IMPLEMENTATIONS[codec].decompress(payload);
  const baseTimestamp = batch.readBigInt64BE(AT.baseTimestamp);
  const cursor = { bytes: plain, at: 0 };
  const records = Array.from({ length: batch.readInt32BE(AT.count) }, () =>
    decodeRecord(cursor, baseOffset, baseTimestamp),
  );
  return {
    baseOffset,
    lastOffset: baseOffset + batch.readInt32BE(AT.lastOffsetDelta),
    producerId: Number(batch.readBigInt64BE(AT.producerId)),
    transactional: (attributes & TRANSACTIONAL) !== 0,
    control: (attributes & CONTROL) !== 0,
    records,
  };
}

function encodeRecord(
  { key, value, headers, timestamp }: WireRecord,
  index: number,
  baseTimestamp: bigint,
): Buffer[] {
  return [
    Buffer.of(0),
    varint(timestamp - baseTimestamp),
    varint(index),
    ...nullable(key),
    ...nullable(value),
    varint(headers.length),
    ...headers.flatMap(([name, content]) => [...nullable(name), ...nullable(content)]),
  ];
}

function framed(parts: readonly Buffer[]): Buffer[] {
  return [varint(parts.reduce((sum, { length }) => sum + length, 0)), ...parts];
}

function nullable(bytes: Buffer | null): Buffer[] {
  return bytes === null ? [varint(-1)] : [varint(bytes.length), bytes];
}

/** Where decoding stands. */
interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function decodeRecord(cursor: Cursor, baseOffset: number, baseTimestamp: bigint): LoggedRecord {
  const length = readInt(cursor);
  const end = cursor.at + length;
  cursor.at += 1;
  const timestamp = baseTimestamp + readLong(cursor);
  const offset = baseOffset + readInt(cursor);
  const key = readNullable(cursor);
  const value = readNullable(cursor);
  const headers = Array.from({ length: readInt(cursor) }, (): WireHeader => {
    const name = readNullable(cursor) ?? Buffer.alloc(0);
    return [name, readNullable(cursor)];
  });
  cursor.at = end;
  return { key, value, headers, timestamp, offset };
}

function readNullable(cursor: Cursor): Buffer | null {
  const length = readInt(cursor);
  if (length < 0) return null;
  const start = cursor.at;
  cursor.at += length;
  return cursor.bytes.subarray(start, cursor.at);
}

/** Those of one byte, from -64 on: a record of thousands of headers has thousands of them. */
const SHORT_VARINTS = Array.from({ length: 128 }, (_, index) => longVarint(index - 64));

/** Zigzag, 64 bits. */
function varint(value: bigint | number): Buffer {
  return SHORT_VARINTS[Number(value) + 64] ?? longVarint(value);
}

function longVarint(value: bigint | number): Buffer {
  const wide = BigInt(value);
  let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** A varint of 32 bits at most. */
function readInt(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = cursor.bytes.readUInt8(cursor.at);
    cursor.at += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
}

function readLong(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = cursor.bytes.readUInt8(cursor.at);
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }
}
