import type { Cluster } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import { decodeSubscription } from '../group/consumer-protocol.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import type { ProducerIdentity, TransactionState } from '../protocol/transaction-apis.ts';
import { askCoordinator } from './ask-coordinator.ts';
import { endAgain } from './end-again.ts';
import { initToSettle } from './init-producer.ts';
import type { TransactionOutcome } from './end-again.ts';
import { isFenced } from './errors.ts';
import { instanceOf } from './transactional-id.ts';

export interface SettleOptions {
  readonly cluster: Cluster;
  readonly groupId: string;
  /** The input. */
  readonly topic: string;
  /** All topics that transactions write to. */
  readonly targets: readonly string[];
  readonly timeoutMs: number;
  /** The one that settles. */
  readonly instance: string;
  /** By transactional id, what was begun and interrupted: kept from one attempt to the next. */
  readonly unfinished: Map<string, Unfinished>;
}

/** What has to be ended again as it ended: the coordinator has forgotten how as soon as that begins. */
export interface Unfinished {
  readonly outcome: TransactionOutcome;
  /** On which epoch: another one would abort what is to be committed. Undefined while that is not known. */
  identity: ProducerIdentity | undefined;
}

/**
 * One instance begins at once, each further one so many attempts later: two at a time would abort
 * what the other commits.
 */
const ATTEMPTS_AHEAD = 10;

/** Ended, as far as the coordinator knows: but a partition may have got no marker (KAFKA-20734). */
const ENDED: ReadonlySet<TransactionState> = new Set(['CompleteCommit', 'CompleteAbort']);

interface DeadTransaction {
  readonly transactionalId: string;
  readonly state: TransactionState;
}

/**
 * Ends what instances left behind that are no members of the group any more. The brokers would
 * abort an open transaction by themselves, but look for such only every ten seconds; one that has
 * ended without its markers they never find.
 *
 * To be wrong about an instance fences it, and costs a transaction that the group's coordinator
 * would have refused anyway.
 *
 * @param attempt how often it was tried before: each time more transactions are suspected
 * @returns how many transactions were ended; 0 while the members of the group are not known
 */
export async function settleDeadInstances(
  options: SettleOptions,
  attempt: number,
): Promise<number> {
  const { instance: self, unfinished } = options;
  const members = await instancesOf(options);
  const rank = [...(members ?? [])].sort().indexOf(self);
  const turn = attempt - rank * ATTEMPTS_AHEAD;
  if (members === undefined || rank < 0 || turn < 0) return 0;
  const all = await transactionsOf(options);
  const isBegun = ({ transactionalId }: DeadTransaction): boolean =>
    unfinished.has(transactionalId);
  const begun = all.filter(isBegun);
  const dead = all.filter((one) => !members.has(one.instance) && !isBegun(one));
  const open = dead.filter(({ state }) => !ENDED.has(state) && state !== 'Empty');
  const ended = (turn < 2 ? dead : all.filter((one) => !isBegun(one))).filter(({ state }) =>
    ENDED.has(state),
  );
  const chosen =
    turn === 0 && open.length > 0 ? [...begun, ...open] : [...begun, ...open, ...ended];
  for (const transaction of chosen) await settle(options, transaction);
  return chosen.length;
}

async function settle(
  options: SettleOptions,
  { transactionalId, state }: DeadTransaction,
): Promise<void> {
  const { cluster, groupId, timeoutMs, targets, unfinished } = options;
  let begun = unfinished.get(transactionalId);
  if (begun === undefined && !ENDED.has(state)) {
    const request = { transactionalId, timeoutMs };
    await askCoordinator(cluster, transactionalId, 'InitProducerId', request);
    return;
  }
  if (begun === undefined) {
    const outcome = state === 'CompleteCommit' ? 'committed' : 'aborted';
    begun = { outcome, identity: undefined };
    unfinished.set(transactionalId, begun);
  }
  try {
    begun.identity ??= await initToSettle(cluster, transactionalId, timeoutMs);
    const partitions = partitionsOf(cluster, targets);
    await endAgain(cluster, begun.identity, { partitions, groupIds: [groupId] }, begun.outcome);
    unfinished.delete(transactionalId);
  } catch (error) {
    if (isFenced(error)) unfinished.delete(transactionalId);
    throw error;
  }
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
