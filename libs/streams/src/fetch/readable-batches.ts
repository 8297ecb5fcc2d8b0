import type { FetchedPartitionData } from '../protocol/log-apis.ts';
import { committedBatches } from './committed-batches.ts';
import { UnreadableBatchError } from './errors.ts';
import type { ReadableBatches } from './pieces.ts';

/** Where a partition was fetched. */
export interface FetchedPlace {
  readonly topic: string;
  readonly partition: number;
  /** The offset that was asked for: what a batch has before it is left out. */
  readonly from: number;
}

/**
 * Leaves out markers, what was aborted, and batches before the offset that was asked for. Goes by
 * the batches' offsets, not by their records', which compaction removes.
 *
 * @returns what a fetch brought that an application may see, maybe nothing, with where it ends;
 *   undefined when it brought nothing new
 * @throws UnreadableBatchError when the first batch is damaged: what is before a damaged one can be
 *   had, and is had first
 */
export function readableOf(
  { topic, partition, from }: FetchedPlace,
  { records, aborted }: Pick<FetchedPartitionData, 'records' | 'aborted'>,
): ReadableBatches | undefined {
  const { batches, damage } = records;
  const last = batches.at(-1)?.lastOffset ?? -1;
  if (last < from) {
    if (damage === undefined) return undefined;
    const { offset, lastOffset, reason } = damage;
    throw new UnreadableBatchError({ topic, partition, offset, lastOffset }, reason);
  }
  const readable = [...committedBatches(batches, aborted)].filter(
    ({ count, lastOffset }) => count > 0 && lastOffset >= from,
  );
  return { topic, partition, batches: readable, from, end: last + 1 };
}
