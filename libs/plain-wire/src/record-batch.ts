/** The record batch of message format 2, from Kafka's "Message Format" chapter: no compression, no headers. */

/** A record to be written. */
export interface BatchRecord {
  readonly key: Buffer;
  readonly value: Buffer;
  /** Epoch milliseconds less the batch's base timestamp. */
  readonly timestampDelta: number;
}

/** A committed record, as far as runs are judged by it. */
export interface ScannedRecord {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Views on the scanned bytes; empty for null. */
  readonly key: Buffer;
  readonly value: Buffer;
}

/** What one scan found. */
export interface Scan {
  /** Where to go on reading. */
  readonly nextOffset: number;
  /** Records of committed or no transactions. */
  readonly records: number;
}

/** A producer's transaction that was aborted, from its first offset on. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Where the header's fields are. */
export const AT = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  sequence: 53,
  count: 57,
  records: 61,
} as const;
/** Bytes in front of what the length field counts. */
export const LENGTH_END = 12;
const COMPRESSION_MASK = 0x07;
export const TRANSACTIONAL = 0x10;
export const CONTROL = 0x20;

/** @returns a batch whose base timestamp is 0: see {@link stampBatch} */
export function encodeBatch(records: readonly BatchRecord[]): Buffer {
  const parts: Buffer[] = [Buffer.alloc(AT.records)];
  records.forEach((record, index) => {
    const body = Buffer.concat([
      Buffer.of(0),
      varint(record.timestampDelta),
      varint(index),
      varint(record.key.length),
      record.key,
      varint(record.value.length),
      record.value,
      varint(0),
    ]);
    parts.push(varint(body.length), body);
  });
  const batch = Buffer.concat(parts);
  batch.writeInt32BE(batch.length - LENGTH_END, AT.length);
  batch[AT.magic] = 2;
  batch.writeInt32BE(records.length - 1, AT.lastOffsetDelta);
  batch.writeBigInt64BE(BigInt(records.at(-1)?.timestampDelta ?? 0), AT.maxTimestamp);
  batch.writeBigInt64BE(-1n, AT.producerId);
  batch.writeInt16BE(-1, AT.producerEpoch);
  batch.writeInt32BE(-1, AT.sequence);
  batch.writeInt32BE(records.length, AT.count);
  return batch;
}

/** @returns the batch at another time: a copy with its base timestamp, epoch ms, and its checksum set */
export function stampBatch(batch: Buffer, baseTimestamp: number): Buffer {
  const stamped = Buffer.from(batch);
  const span = batch.readBigInt64BE(AT.maxTimestamp) - batch.readBigInt64BE(AT.baseTimestamp);
  stamped.writeBigInt64BE(BigInt(baseTimestamp), AT.baseTimestamp);
  stamped.writeBigInt64BE(BigInt(baseTimestamp) + span, AT.maxTimestamp);
  stamped.writeUInt32BE(crc32c(stamped, AT.attributes), AT.crc);
  return stamped;
}

/**
 * Visits the committed records of fetched bytes. Of compressed batches only the count is taken.
 *
 * @param bytes batches; the last one may be cut off
 * @param from records below this offset are passed over
 */
export function scanBatches(
  bytes: Buffer,
  from: number,
  aborted: readonly AbortedTransaction[],
  visit: (record: ScannedRecord) => void,
): Scan {
  const open = [...aborted].sort((one, other) => one.firstOffset - other.firstOffset);
  const aborting = new Set<number>();
  let nextOffset = from;
  let records = 0;
  for (let start = 0; start + AT.records <= bytes.length;) {
    const end = start + LENGTH_END + bytes.readInt32BE(start + AT.length);
    if (end > bytes.length) break;
    const baseOffset = Number(bytes.readBigInt64BE(start));
    const attributes = bytes.readInt16BE(start + AT.attributes);
    const producerId = Number(bytes.readBigInt64BE(start + AT.producerId));
    const behind = baseOffset + bytes.readInt32BE(start + AT.lastOffsetDelta) + 1;
    while (open[0] !== undefined && open[0].firstOffset <= baseOffset) {
      aborting.add(open[0].producerId);
      open.shift();
    }
    if ((attributes & CONTROL) !== 0) aborting.delete(producerId);
    else if ((attributes & TRANSACTIONAL) === 0 || !aborting.has(producerId)) {
      if ((attributes & COMPRESSION_MASK) !== 0) records += bytes.readInt32BE(start + AT.count);
      else records += visitRecords(bytes.subarray(start, end), from - baseOffset, visit);
    }
    nextOffset = Math.max(nextOffset, behind);
    start = end;
  }
  return { nextOffset, records };
}

function visitRecords(
  batch: Buffer,
  fromDelta: number,
  visit: (record: ScannedRecord) => void,
): number {
  const baseTimestamp = Number(batch.readBigInt64BE(AT.baseTimestamp));
  const cursor = { at: AT.records as number };
  let visited = 0;
  for (let left = batch.readInt32BE(AT.count); left > 0; left -= 1) {
    const size = readVarint(batch, cursor);
    const end = cursor.at + size;
    cursor.at += 1;
    const timestamp = baseTimestamp + readVarint(batch, cursor);
    if (readVarint(batch, cursor) >= fromDelta) {
      const key = readBytes(batch, cursor);
      visit({ timestamp, key, value: readBytes(batch, cursor) });
      visited += 1;
    }
    cursor.at = end;
  }
  return visited;
}

function readBytes(bytes: Buffer, cursor: { at: number }): Buffer {
  const length = Math.max(0, readVarint(bytes, cursor));
  cursor.at += length;
  return bytes.subarray(cursor.at - length, cursor.at);
}

/** Zigzag; by arithmetic, because timestamp deltas may pass 2^31. */
function readVarint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[cursor.at++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** CRC-32C (Castagnoli, reflected polynomial), which Node's zlib does not have. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc;
});

export function crc32c(bytes: Buffer, start = 0): number {
  let crc = -1;
  for (let at = start; at < bytes.length; at += 1) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}
