import type { AbortedTransaction, FetchedBatch } from './fetched-batch.ts';

/**
 * Leaves out control batches and those of aborted transactions (KIP-98, "Consumer"). A transaction
 * is aborted from its first offset until its producer's marker.
 */
export function* committedBatches(
  batches: readonly FetchedBatch[],
  abortedTransactions: readonly AbortedTransaction[],
): Generator<FetchedBatch> {
  // Brokers do not promise an order.
  const upcoming = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: Number(firstOffset) }))
    .sort((one, other) => other.firstOffset - one.firstOffset);
  const aborted = new Set<string>();
  for (const batch of batches) {
    let next = upcoming.at(-1);
    while (next !== undefined && next.firstOffset <= batch.lastOffset) {
      aborted.add(next.producerId);
      upcoming.pop();
      next = upcoming.at(-1);
    }
    const { transactionOf, marker } = batch;
    if (marker !== undefined) {
      if (marker === 'abort' && transactionOf !== undefined) aborted.delete(transactionOf);
    } else if (transactionOf === undefined || !aborted.has(transactionOf)) {
      yield batch;
    }
  }
}
