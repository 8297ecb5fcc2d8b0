import { PartitionBatch, readBatches } from '../index.ts';
import type { AbortedTransaction } from '../index.ts';

export interface FetchOptions {
  readonly fetchedOffset?: number;
  readonly highWatermark?: number;
  readonly aborted?: readonly AbortedTransaction[];
}

/** Reads bytes as a consumer that fetched them from partition 3 of `logins`. */
export async function fetch(
  bytes: Buffer,
  { fetchedOffset = 0, highWatermark = 100, aborted = [] }: FetchOptions = {},
): Promise<PartitionBatch> {
  return new PartitionBatch('logins', String(fetchedOffset), {
    partition: 3,
    highWatermark: String(highWatermark),
    abortedTransactions: aborted,
    messages: await readBatches(bytes),
  });
}
