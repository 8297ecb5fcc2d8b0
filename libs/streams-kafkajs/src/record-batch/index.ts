export { readBatches } from './read-batches.ts';
export { EncodedBatch, NOT_IDEMPOTENT, writeBatch } from './write-batch.ts';
export type { BatchProducer, WritableRecord } from './write-batch.ts';
