import type { Damage, FetchedBatches } from '@login-pipeline/streams';
import { DamageError } from '@login-pipeline/streams';
import { crc32c } from '@node-rs/crc32';
import { FIELD, LENGTH_END, MAGIC } from './batch-format.ts';
import { StoredBatch } from './stored-batch.ts';

/**
 * Finds the batches that a fetch brought, up to the first one that cannot be trusted. Their records
 * stay compressed: that much, and no more, every fetch may bring.
 *
 * @param bytes whole batches, and at the end maybe a part of one: brokers cut at a number of bytes (KIP-74)
 */
export function readBatches(bytes: Buffer): FetchedBatches {
  const batches: StoredBatch[] = [];
  let start = 0;
  try {
    while (start < bytes.length) {
      const end = endOfBatch(bytes, start);
      if (end > bytes.length) {
        // The first batch always comes whole.
        if (start === 0) throw new DamageError('it is cut off');
        break;
      }
      batches.push(readBatch(bytes.subarray(start, end)));
      start = end;
    }
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    return { batches, damage: { ...placeOf(bytes, start), reason: error.message } };
  }
  return { batches };
}

/** @returns where a batch ends, past the bytes when it is cut off */
function endOfBatch(bytes: Buffer, start: number): number {
  if (bytes.length - start < FIELD.records) return bytes.length + 1;
  const magic = bytes.readInt8(start + FIELD.magic);
  if (magic !== MAGIC) throw new DamageError(`its format is ${magic}`);
  const end = start + LENGTH_END + bytes.readInt32BE(start + FIELD.length);
  if (end < start + FIELD.records) throw new DamageError('it is shorter than its header');
  return end;
}

function readBatch(batch: Buffer): StoredBatch {
  if (!isIntact(batch)) throw new DamageError('its checksum does not match its bytes');
  return new StoredBatch(batch);
}

function isIntact(batch: Buffer): boolean {
  return batch.readUInt32BE(FIELD.crc) === crc32c(batch.subarray(FIELD.attributes));
}

/**
 * What a header says of its place. Operators go by where the batch ends, and would pass good
 * records by a damaged number: it is reported when the checksum holds, or the batch behind begins
 * there.
 */
function placeOf(bytes: Buffer, start: number): Pick<Damage, 'offset' | 'lastOffset'> {
  const offset = bytes.length - start < 8 ? 0 : Number(bytes.readBigInt64BE(start));
  const end =
    start +
    LENGTH_END +
    (bytes.length - start < FIELD.records ? 0 : bytes.readInt32BE(start + FIELD.length));
  if (end < start + FIELD.records || end > bytes.length) return { offset, lastOffset: undefined };
  const delta = bytes.readInt32BE(start + FIELD.lastOffsetDelta);
  const count = bytes.readInt32BE(start + FIELD.count);
  // Compaction takes records away, and leaves the delta; nothing adds records.
  const isPlausible = offset >= 0 && delta >= 0 && count >= 0 && count <= delta + 1;
  const next = end + 8 > bytes.length ? undefined : Number(bytes.readBigInt64BE(end));
  const isSure = next === offset + delta + 1 || isIntact(bytes.subarray(start, end));
  return { offset, lastOffset: isPlausible && isSure ? offset + delta : undefined };
}
