import type { Batch } from 'kafkajs';
import { MemoryBudget } from '../record-batch/index.ts';
import type { PartitionBatch, Piece, ReadLimits } from '../record-batch/index.ts';

/** What all consumers of the process may have decompressed at a time, working copies included. */
const BUDGET = new MemoryBudget(64 * 1024 * 1024);

/** @returns what kafkajs fetched for a partition, piece by piece */
export function fetchedPieces(batch: Batch, limits: ReadLimits): AsyncIterable<Piece> {
  return ours(batch).pieces(limits, BUDGET);
}

/** @returns the offset that was asked for, which kafkajs' type leaves out */
export function fetchedOffsetOf(batch: Batch): bigint {
  return BigInt(ours(batch).fetchedOffset);
}

/** The class of our record batches is in the place of kafkajs' own. */
function ours(batch: Batch): PartitionBatch {
  return batch as unknown as PartitionBatch;
}
