import type { RequestOf } from '../../../protocol/apis.ts';
import type { ErrorName } from '../../../protocol/errors.ts';
import type { TopicPartition } from '../../../protocol/log-apis.ts';
import type { TransactionState } from '../../../protocol/transaction-apis.ts';

/** TransactionMetadata: what the log of transactions has of an id. */
export interface Transaction {
  readonly transactionalId: string;
  producerId: number;
  epoch: number;
  timeoutMs: number;
  state: TransactionState;
  /** Whether the producer that ended the last transaction knows KIP-890. */
  bumpsEpoch: boolean;
  /** -1 where none has begun. */
  startedAt: number;
  /** By their names: a topic that is created anew takes the place of the old one. */
  partitions: Map<string, TopicPartition>;
  /** What has no marker yet, as far as the coordinator knows; undefined where none are written. */
  unmarked: Map<string, TopicPartition> | undefined;
}

/** Markers are on their way: the transition to the next state is pending all the time. */
export function isPrepared({ state }: Transaction): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort';
}

/** What the coordinator answers to a client that ends its transaction, if it does not end it. */
export function decideEnd(
  transaction: Transaction,
  { epoch, commit, bumpsEpoch }: RequestOf<'EndTxn'>,
): ErrorName | 'end' {
  return bumpsEpoch
    ? decideWithBump(transaction, epoch, commit)
    : decide(transaction, epoch, commit);
}

/** `endTransactionWithTV1` for a client. */
function decide(transaction: Transaction, epoch: number, commit: boolean): ErrorName | 'end' {
  if (epoch !== transaction.epoch) return 'PRODUCER_FENCED';
  if (isPrepared(transaction)) return 'CONCURRENT_TRANSACTIONS';
  if (transaction.state === 'Ongoing') return 'end';
  return transaction.state === (commit ? 'CompleteCommit' : 'CompleteAbort')
    ? 'NONE'
    : 'INVALID_TXN_STATE';
}

/** `endTransaction` for a client that knows KIP-890: an epoch that went up tells the same request from the next one. */
function decideWithBump(
  transaction: Transaction,
  epoch: number,
  commit: boolean,
): ErrorName | 'end' {
  const { state } = transaction;
  const isRetry = transaction.epoch === epoch + 1;
  const isSame = transaction.epoch === epoch;
  if (isPrepared(transaction)) return isRetry ? 'CONCURRENT_TRANSACTIONS' : 'PRODUCER_FENCED';
  if (state === 'Ongoing' || state === 'Empty') {
    if (!isSame) return 'PRODUCER_FENCED';
    return state === 'Ongoing' || !commit ? 'end' : 'INVALID_TXN_STATE';
  }
  if (!isRetry && !isSame) return 'PRODUCER_FENCED';
  if (isRetry) {
    return state === (commit ? 'CompleteCommit' : 'CompleteAbort') ? 'NONE' : 'INVALID_TXN_STATE';
  }
  // Nothing was added since: there is nothing to commit, and an abort just takes a new epoch.
  return commit ? 'INVALID_TXN_STATE' : 'end';
}
