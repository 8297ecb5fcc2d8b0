import type { Cluster } from '../cluster/cluster.ts';
import type { Clock } from '../ports.ts';
import { Fetcher } from './fetcher.ts';
import type { FetchPosition } from './fetcher.ts';
import { PartitionReader } from './partition-reader.ts';
import type { Piece, Reading } from './pieces.ts';

export interface RangeSource {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly topic: string;
  readonly partition: number;
  readonly reading: Reading;
  /** Aborted when nothing has to be read any longer. */
  readonly signal?: AbortSignal;
}

/**
 * Gives the committed records of a partition from a position to an offset, and perhaps some that
 * follow. What it reads with is gone afterwards: nothing is fetched any more.
 *
 * @throws PositionLostError, UnreadableBatchError; ReaderClosedError after an abort; ProtocolError
 *   when an operator has to act
 */
export async function* readRange(
  { cluster, clock, topic, partition, reading, signal }: RangeSource,
  position: FetchPosition,
  end: bigint,
): AsyncGenerator<Piece> {
  if (position.offset >= end) return;
  let fatal: unknown;
  const close = (): void => {
    reader.close();
    fetcher.close();
  };
  const fetcher = new Fetcher({
    cluster,
    clock,
    topic,
    lingerMs: 0,
    onFatal: (error) => {
      fatal = error;
      close();
    },
  });
  const reader = new PartitionReader(topic, partition, fetcher, reading);
  signal?.addEventListener('abort', close);
  if (signal?.aborted === true) close();
  try {
    for await (const piece of reader.read(position)) {
      yield piece;
      if (BigInt(piece.nextOffset) >= end) return;
    }
  } catch (error) {
    throw fatal ?? error;
  } finally {
    signal?.removeEventListener('abort', close);
    close();
  }
}
