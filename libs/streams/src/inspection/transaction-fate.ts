import type { ResponseOf } from '../protocol/apis.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import type { TransactionState } from '../protocol/transaction-apis.ts';

/** A transactional id's transaction, as its coordinator has it. */
export type CoordinatedTransaction = Pick<
  ResponseOf<'DescribeTransactions'>['transactions'][number],
  'transactionalId' | 'state' | 'timeoutMs' | 'startedAt' | 'partitions'
>;

/**
 * What will become of a transaction that is open in a partition:
 * - `open`: its coordinator has it, and aborts it when its time is over.
 * - `ending`: it has ended, and its coordinator writes the markers.
 * - `committed`, `aborted`: its coordinator has ended it like that, as far as it remembers, and
 *   takes all markers for written (KAFKA-20734).
 * - `left`: its producer has another transaction now, which has not got this partition.
 * - `lost`: no coordinator has it. Nothing ends it (KIP-664: it hangs).
 * - `unknown`: some coordinator cannot be asked.
 */
export type TransactionFate =
  'open' | 'ending' | 'committed' | 'aborted' | 'left' | 'lost' | 'unknown';

const FATES: Readonly<Record<Exclude<TransactionState, 'Ongoing'>, TransactionFate>> = {
  PrepareCommit: 'ending',
  PrepareAbort: 'ending',
  PrepareEpochFence: 'ending',
  CompleteCommit: 'committed',
  CompleteAbort: 'aborted',
  // Its id was taken over since, or forgotten: how it ended is not remembered.
  Empty: 'lost',
  Dead: 'lost',
};

/**
 * @param place where it is open
 * @param coordinated what its producer's coordinator has; undefined: nothing
 * @param areAllAsked whether there is no coordinator beside those that were asked
 */
export function fateOf(
  place: TopicPartition,
  coordinated: CoordinatedTransaction | undefined,
  areAllAsked: boolean,
): TransactionFate {
  if (coordinated === undefined) return areAllAsked ? 'lost' : 'unknown';
  const { state, partitions } = coordinated;
  if (state !== 'Ongoing') return FATES[state];
  const isIn = partitions.some(
    ({ topic, partition }) => topic === place.topic && partition === place.partition,
  );
  return isIn ? 'open' : 'left';
}
