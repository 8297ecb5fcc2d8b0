import { crc32c } from '@node-rs/crc32';
import { ATTRIBUTE, FIELD, LENGTH_END, MAGIC } from './batch-format.ts';
import { CODECS } from './compression.ts';
import { DamageError } from './errors.ts';
import type { FetchedBatch } from './stored-batch.ts';
import { StoredBatch } from './stored-batch.ts';

/** What a fetch brought for one partition. */
export interface FetchedBatches {
  readonly batches: readonly FetchedBatch[];
  /** Why reading ended before the bytes did. To be told together with topic and partition, which only the consumer knows. */
  readonly damage?: { readonly offset: number; readonly reason: string };
}

/**
 * Reads the batches that a fetch brought, up to the first one that cannot be trusted. Records are
 * decompressed here, because that may wait for another thread, and decoded by the batches.
 *
 * @param bytes whole batches, and at the end maybe a part of one: brokers cut at a number of bytes (KIP-74)
 */
export async function readBatches(bytes: Buffer): Promise<FetchedBatches> {
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
      batches.push(await readBatch(bytes.subarray(start, end)));
      start = end;
    }
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    const offset = bytes.length - start < 8 ? 0 : Number(bytes.readBigInt64BE(start));
    return { batches, damage: { offset, reason: error.message } };
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

async function readBatch(batch: Buffer): Promise<StoredBatch> {
  const stated = batch.readUInt32BE(FIELD.crc);
  const actual = crc32c(batch.subarray(FIELD.attributes));
  if (stated !== actual) throw new DamageError('its checksum does not match its bytes');
  const codec = batch.readInt16BE(FIELD.attributes) & ATTRIBUTE.compression;
  const records = batch.subarray(FIELD.records);
  return new StoredBatch(
    batch,
    codec === 0 || records.length === 0 ? records : await decompress(codec, records),
  );
}

async function decompress(number: number, compressed: Buffer): Promise<Buffer> {
  const codec = CODECS[number];
  if (codec === undefined) throw new DamageError(`its codec ${number} is not known`);
  try {
    return await codec.decompress(compressed);
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    throw new DamageError(`${codec.name} cannot decompress it (${told})`);
  }
}
