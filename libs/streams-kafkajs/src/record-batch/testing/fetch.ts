import type {
  AbortedTransaction,
  FetchedRecord,
  Piece,
  ReadableBatches,
  ReadLimits,
} from '@login-pipeline/streams';
import {
  piecesOf as piecesOfBatches,
  readableOf,
  ReadMemory,
  readLimits,
} from '@login-pipeline/streams';
import { readBatches } from '../index.ts';

export interface FetchOptions {
  readonly fetchedOffset?: number;
  readonly aborted?: readonly AbortedTransaction[];
}

/** All records that a fetch brought. */
export interface Fetched {
  readonly records: readonly FetchedRecord[];
  /** Where the next fetch begins; undefined: it brought nothing new. */
  readonly end: number | undefined;
}

/** Takes bytes as a consumer that fetched them from partition 3 of `logins`. */
export function fetched(
  bytes: Buffer,
  { fetchedOffset = 0, aborted = [] }: FetchOptions = {},
): ReadableBatches | undefined {
  const place = { topic: 'logins', partition: 3, from: fetchedOffset };
  return readableOf(place, { records: readBatches(bytes), aborted });
}

/** @returns all records of a fetch, in order */
export async function fetch(bytes: Buffer, options?: FetchOptions): Promise<Fetched> {
  const readable = fetched(bytes, options);
  const records: FetchedRecord[] = [];
  for await (const piece of piecesOf(readable)) records.push(...piece.records);
  return { records, end: readable?.end };
}

/** @returns the pieces of a fetch. @param memory by default of its own */
export async function* piecesOf(
  readable: ReadableBatches | undefined,
  limits: ReadLimits = readLimits(),
  memory: ReadMemory = new ReadMemory(limits.pieceBytes * 4),
): AsyncGenerator<Piece> {
  if (readable !== undefined) yield* piecesOfBatches(readable, { limits, memory });
}
