import type { AbortedTransaction, FetchedRecord, Piece, ReadLimits } from '@login-pipeline/streams';
import { ReadMemory, readLimits } from '@login-pipeline/streams';
import { PartitionBatch, readBatches } from '../index.ts';

export interface FetchOptions {
  readonly fetchedOffset?: number;
  readonly highWatermark?: number;
  readonly aborted?: readonly AbortedTransaction[];
}

/** What was fetched, and all records of it. */
export interface Fetched {
  readonly batch: PartitionBatch;
  readonly records: readonly FetchedRecord[];
}

/** Takes bytes as a consumer that fetched them from partition 3 of `logins`. */
export function fetched(
  bytes: Buffer,
  { fetchedOffset = 0, highWatermark = 100, aborted = [] }: FetchOptions = {},
): PartitionBatch {
  return new PartitionBatch('logins', String(fetchedOffset), {
    partition: 3,
    highWatermark: String(highWatermark),
    abortedTransactions: aborted,
    messages: readBatches(bytes),
  });
}

/** @returns all records of a fetch, in order */
export async function fetch(bytes: Buffer, options?: FetchOptions): Promise<Fetched> {
  const batch = fetched(bytes, options);
  const records: FetchedRecord[] = [];
  for await (const piece of piecesOf(batch)) records.push(...piece.records);
  return { batch, records };
}

/** @returns the pieces of a fetch, in memory of its own */
export function piecesOf(
  batch: PartitionBatch,
  limits: ReadLimits = readLimits(),
): AsyncGenerator<Piece> {
  return batch.pieces({ limits, memory: new ReadMemory(limits.pieceBytes * 4) });
}
