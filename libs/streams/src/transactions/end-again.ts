import type { Cluster } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import type { ProducerIdentity, TransactionState } from '../protocol/transaction-apis.ts';
import { askCoordinator } from './ask-coordinator.ts';

export type TransactionOutcome = 'committed' | 'aborted';

const COMMITTED: ReadonlySet<TransactionState> = new Set(['PrepareCommit', 'CompleteCommit']);
const ENDING: ReadonlySet<TransactionState> = new Set([
  'PrepareCommit',
  'PrepareAbort',
  'PrepareEpochFence',
]);

/**
 * @returns how far the coordinator has got with the last transaction of an id; undefined when it
 *   does not know the id
 */
async function stateOf(
  cluster: Cluster,
  transactionalId: string,
): Promise<TransactionState | undefined> {
  const { transactions } = await cluster.ask(
    'transaction',
    transactionalId,
    'DescribeTransactions',
    { transactionalIds: [transactionalId] },
    ({ transactions: [described] }) => described?.error ?? 'UNKNOWN_SERVER_ERROR',
  );
  const [described] = transactions;
  if (described === undefined || described.error === 'TRANSACTIONAL_ID_NOT_FOUND') return undefined;
  if (described.error !== 'NONE') {
    throw new ProtocolError(described.error, `DescribeTransactions of "${transactionalId}"`);
  }
  return described.state;
}

/**
 * @returns how the last transaction of an id ended, or will end; undefined when the coordinator
 *   does not know the id
 */
export async function outcomeOf(
  cluster: Cluster,
  transactionalId: string,
): Promise<TransactionOutcome | undefined> {
  const state = await stateOf(cluster, transactionalId);
  if (state === undefined) return undefined;
  // What is open will be aborted by the takeover.
  return COMMITTED.has(state) ? 'committed' : 'aborted';
}

/** @returns whether the last transaction of an id is ended but for its markers */
export async function isEnding(cluster: Cluster, transactionalId: string): Promise<boolean> {
  const state = await stateOf(cluster, transactionalId);
  return state !== undefined && ENDING.has(state);
}

/** What a transaction touched, or several that ended in the same way. */
export interface Touched {
  readonly partitions: readonly TopicPartition[];
  /** The groups whose offsets are among it. */
  readonly groupIds: readonly string[];
}

/**
 * Ends again what brokers may have ended without saying so where it matters: Kafka completes a
 * transaction although a partition without a leader got no marker (KAFKA-20734). Its records then
 * belong to the next transaction that this producer ends there.
 *
 * An empty transaction over the same partitions, ended in the same way, puts the marker where it is
 * missing, and changes nothing where it is not.
 *
 * @param identity of an epoch that has no transaction under way
 */
export async function endAgain(
  cluster: Cluster,
  identity: ProducerIdentity,
  { partitions, groupIds }: Touched,
  outcome: TransactionOutcome,
): Promise<void> {
  const { transactionalId } = identity;
  if (groupIds.length === 0 && partitions.length === 0) return;
  for (const groupId of groupIds) {
    await askCoordinator(cluster, transactionalId, 'AddOffsetsToTxn', { ...identity, groupId });
  }
  if (partitions.length > 0) {
    const request = { ...identity, partitions };
    await askCoordinator(cluster, transactionalId, 'AddPartitionsToTxn', request);
  }
  const end = { ...identity, commit: outcome === 'committed', bumpsEpoch: false };
  await askCoordinator(cluster, transactionalId, 'EndTxn', end);
}
