import { crc32c } from '@node-rs/crc32';
import { ATTRIBUTE, FIELD } from '../batch-format.ts';
import type { BatchProducer, WritableRecord } from '../index.ts';
import { writeBatch } from '../index.ts';

const PRODUCER: BatchProducer = { id: 7n, epoch: 0, baseSequence: 0, transactional: true };

/** Sets a batch's offset, as the broker does when it appends: the checksum does not cover it. */
export function at(offset: number, batch: Buffer): Buffer {
  batch.writeBigInt64BE(BigInt(offset), FIELD.baseOffset);
  return batch;
}

/** Changes a batch and puts its checksum right again: a batch that a strange producer wrote. */
export function forged(batch: Buffer, change: (batch: Buffer) => void): Buffer {
  change(batch);
  batch.writeUInt32BE(crc32c(batch.subarray(FIELD.attributes)), FIELD.crc);
  return batch;
}

/** @returns a batch of records with these values, at an offset */
export async function batchOf(
  offset: number,
  values: readonly string[],
  producer?: BatchProducer,
): Promise<Buffer> {
  const records: WritableRecord[] = values.map((value) => ({ value, timestamp: '1' }));
  return at(offset, await writeBatch(records, 0, producer));
}

/** @returns a batch of a transaction of producer 7, or of another one */
export function transactionalBatch(
  offset: number,
  values: readonly string[],
  id = PRODUCER.id,
): Promise<Buffer> {
  return batchOf(offset, values, { ...PRODUCER, id });
}

/** @returns the control batch that ends a producer's transaction (Kafka protocol guide, "Control Batches") */
export async function marker(
  type: 'abort' | 'commit',
  offset: number,
  id = PRODUCER.id,
): Promise<Buffer> {
  const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]);
  const value = Buffer.alloc(6);
  const batch = await writeBatch([{ key, value }], 0, { ...PRODUCER, id });
  return forged(at(offset, batch), (bytes) => {
    bytes.writeInt16BE(ATTRIBUTE.transactional | ATTRIBUTE.control, FIELD.attributes);
  });
}

/** @returns what compaction leaves of a batch that was the last one of its producer: the header alone */
export function emptied(batch: Buffer): Buffer {
  return forged(Buffer.from(batch.subarray(0, FIELD.records)), (bytes) => {
    bytes.writeInt32BE(FIELD.records - 12, FIELD.length);
    bytes.writeInt32BE(0, FIELD.count);
  });
}
