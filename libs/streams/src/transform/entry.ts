import type { Cluster } from '../cluster/cluster.ts';
import { isRefused, isUnavailable, ProtocolError } from '../cluster/protocol-error.ts';
import { UnstableOffsetError } from '../positions/positions.ts';
import type { Committed } from '../positions/positions.ts';
import type { OffsetToCommit } from '../protocol/group-apis.ts';
import {
  BrokenLineError,
  OutsideOfGenerationError,
  PartitionUnwritableError,
  RecordsRefusedError,
  StuckProducerError,
} from '../transactions/errors.ts';
import type { Write, Written } from '../transactions/produce.ts';
import type { RefusedWrite } from './merged-writes.ts';

/** What is to be written for one batch of one input partition, and where its partition goes on. */
export interface Entry {
  readonly partition: number;
  readonly writes: readonly Write[];
  readonly offset: OffsetToCommit;
  /** The input topic that the batch is of. */
  readonly topicId: string;
  /** What the group had committed before; undefined: nothing. */
  readonly before: Pick<Committed, 'offset' | 'topicId'> | undefined;
  /** Whether the lane that submitted it still works on the partition, which may have been lost and assigned again. */
  readonly isCurrent: () => boolean;
}

/**
 * What became of an entry:
 * - `committed`: all of it, once, with where its writes went; nothing of that where the broker's answer was lost.
 * - `refused`: nothing; records are refused for what they are.
 * - `elsewhere`: the partition goes on elsewhere, or with another member.
 */
export type Settled =
  | { readonly kind: 'committed'; readonly written: readonly Written[] }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'refused'; readonly refused: readonly RefusedWrite[] };

/** An entry, and the call that ends the wait for what becomes of it. */
export interface Queued {
  readonly entry: Entry;
  readonly settle: (settled: Settled) => void;
}

/**
 * @param committed what the group has committed for the partition; undefined: nothing
 * @returns what became of an entry; undefined when nothing of it was committed
 */
export function outcomeOf(
  { offset, topicId, before, isCurrent }: Entry,
  committed: Committed | undefined,
): 'committed' | 'elsewhere' | undefined {
  if (!isCurrent()) return 'elsewhere';
  if (committed?.offset === offset.offset && committed.topicId === topicId) return 'committed';
  const isBefore = committed?.offset === before?.offset && committed?.topicId === before?.topicId;
  return isBefore ? undefined : 'elsewhere';
}

/** @returns the size of records before they are compressed */
export function bytesOf(writes: readonly Write[]): number {
  let bytes = 0;
  for (const { batches } of writes) for (const batch of batches) bytes += batch.uncompressedBytes;
  return bytes;
}

/**
 * A partition gets one batch in a request: where its broker throttles, the request for the next
 * batch is held back, and the transaction could outlast its time-out.
 *
 * @param taken what the transaction writes already
 * @returns whether writes can join it without another request to such a broker
 */
export function mayJoin(
  cluster: Cluster,
  writes: readonly Write[],
  taken: readonly Queued[],
): boolean {
  return !writes.some(({ topic, partition }) => {
    const broker = cluster.leader(topic, partition)?.broker;
    if (broker === undefined || !cluster.isThrottling(broker, 'write')) return false;
    return taken.some(({ entry }) =>
      entry.writes.some((write) => write.topic === topic && write.partition === partition),
    );
  });
}

/**
 * @returns for how long brokers do not look at what is written to them, in milliseconds: a
 *   transaction could outlast its time-out
 */
export function throttledMs(cluster: Cluster, writes: readonly Write[]): number {
  const brokers = writes.map((write) => cluster.leader(write.topic, write.partition)?.broker);
  return brokers.reduce(
    (longest, broker) =>
      broker === undefined ? longest : Math.max(longest, cluster.throttledMs(broker, 'write')),
    0,
  );
}

/** @returns whether an error is one of the things that happen to transactions, and pass */
export function isRetriableCommit(error: unknown): boolean {
  if (isRefused(error)) return false;
  return (
    isUnavailable(error) ||
    error instanceof ProtocolError ||
    error instanceof OutsideOfGenerationError ||
    error instanceof BrokenLineError ||
    error instanceof PartitionUnwritableError ||
    error instanceof RecordsRefusedError ||
    error instanceof StuckProducerError ||
    error instanceof UnstableOffsetError
  );
}
