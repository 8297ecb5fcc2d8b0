import type { Cluster } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import { decodeSubscription } from '../group/consumer-protocol.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import type { TransactionState } from '../protocol/transaction-apis.ts';
import { askCoordinator } from './ask-coordinator.ts';
import { endAgain } from './end-again.ts';
import { instanceOf } from './transactional-id.ts';

export interface SettleOptions {
  readonly cluster: Cluster;
  readonly groupId: string;
  /** The input. */
  readonly topic: string;
  /** All topics that transactions write to. */
  readonly targets: readonly string[];
  readonly timeoutMs: number;
}

/** Ended, as far as the coordinator knows: but a partition may have got no marker (KAFKA-20734). */
const ENDED: ReadonlySet<TransactionState> = new Set(['CompleteCommit', 'CompleteAbort']);

interface DeadTransaction {
  readonly transactionalId: string;
  readonly state: TransactionState;
}

/**
 * Ends what instances left behind that are no members of the group any more. The brokers would abort an open transaction by
 * themselves, but look for such only every ten seconds; one that has ended without its markers they never find.
 *
 * To be wrong about an instance fences it, and costs a transaction that the group's coordinator would have refused anyway.
 *
 * @param attempt how often it was tried before: each time more transactions are suspected
 * @returns how many transactions were ended; 0 while the members of the group are not known
 */
export async function settleDead(options: SettleOptions, attempt: number): Promise<number> {
  const { cluster } = options;
  const members = await instancesOf(options);
  if (members === undefined) return 0;
  const all = await transactionsOf(options);
  const dead = all.filter(({ instance }) => !members.has(instance));
  const open = dead.filter(({ state }) => !ENDED.has(state) && state !== 'Empty');
  const ended = (attempt < 2 ? dead : all).filter(({ state }) => ENDED.has(state));
  const chosen = attempt === 0 && open.length > 0 ? open : [...open, ...ended];
  const partitions = partitionsOf(cluster, options.targets);
  for (const transaction of chosen) await settle(options, transaction, partitions);
  return chosen.length;
}

async function settle(
  { cluster, groupId, timeoutMs }: SettleOptions,
  { transactionalId, state }: DeadTransaction,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const { producerId, epoch } = await askCoordinator(cluster, transactionalId, 'InitProducerId', {
    transactionalId,
    timeoutMs,
  });
  if (!ENDED.has(state)) return;
  const identity = { transactionalId, producerId, epoch };
  const outcome = state === 'CompleteCommit' ? 'committed' : 'aborted';
  await endAgain(cluster, identity, { partitions, groupId }, outcome);
}

/** @returns the instances that are members; undefined while the group has no settled generation */
async function instancesOf({
  cluster,
  groupId,
}: SettleOptions): Promise<ReadonlySet<string> | undefined> {
  const { error, state, members } = await cluster.ask(
    'group',
    groupId,
    'DescribeGroup',
    { groupId },
    ({ error: code }) => code,
  );
  if (error !== 'NONE') throw new ProtocolError(error, `DescribeGroup of "${groupId}"`);
  if (state !== 'Stable') return undefined;
  return new Set(
    members.map(({ metadata }) => decodeSubscription(metadata).userData.split(' ')[0] ?? ''),
  );
}

async function transactionsOf({
  cluster,
  ...name
}: SettleOptions): Promise<readonly (DeadTransaction & { readonly instance: string })[]> {
  await cluster.refresh();
  const ofBrokers = await Promise.all(
    cluster.brokers.map((broker) =>
      cluster.send(broker, 'ListTransactions', { states: [], producerIds: [] }),
    ),
  );
  return ofBrokers.flatMap(({ transactions }) =>
    transactions.flatMap(({ transactionalId, state }) => {
      const instance = instanceOf(transactionalId, name);
      return instance === undefined ? [] : [{ transactionalId, state, instance }];
    }),
  );
}

function partitionsOf(cluster: Cluster, topics: readonly string[]): readonly TopicPartition[] {
  return topics.flatMap((topic) =>
    Array.from({ length: cluster.topic(topic)?.partitions ?? 0 }, (_, partition) => ({
      topic,
      partition,
    })),
  );
}
