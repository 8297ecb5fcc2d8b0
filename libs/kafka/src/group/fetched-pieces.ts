import type { Piece, ReadLimits } from '@login-pipeline/streams';
import { ReadMemory } from '@login-pipeline/streams';
import type { PartitionBatch } from '@login-pipeline/streams-kafkajs';
import type { Batch } from 'kafkajs';

/** Of all consumers of the process, but those that their batches wait for; working copies included. */
const MEMORY = new ReadMemory(64 * 1024 * 1024);
/** Of readers that such a batch waits for, while it holds its share: they would wait for each other. */
const AWAITED_MEMORY = new ReadMemory(16 * 1024 * 1024);

export interface FetchedOptions {
  readonly limits: ReadLimits;
  /** Batches of other consumers wait for this one. */
  readonly isAwaited: boolean;
  /** Told when the partition waits for its turn, and when that has come. */
  readonly onWaiting?: ((isWaiting: boolean) => void) | undefined;
}

/** @returns what kafkajs fetched for a partition, piece by piece */
export function fetchedPieces(
  batch: Batch,
  { limits, isAwaited, onWaiting }: FetchedOptions,
): AsyncIterable<Piece> {
  const memory = isAwaited ? AWAITED_MEMORY : MEMORY;
  return ours(batch).pieces({ limits, memory, onWaiting });
}

/** @returns the offset that was asked for, which kafkajs' type leaves out */
export function fetchedOffsetOf(batch: Batch): bigint {
  return BigInt(ours(batch).fetchedOffset);
}

/** The class of our record batches is in the place of kafkajs' own. */
function ours(batch: Batch): PartitionBatch {
  return batch as unknown as PartitionBatch;
}
