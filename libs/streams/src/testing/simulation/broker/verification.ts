import type { ErrorName } from '../../../protocol/errors.ts';
import type { ProducerIdentity } from '../../../protocol/transaction-apis.ts';
import type { Environment } from './environment.ts';
import type { ClaimedBatch, VerificationGuard } from './producer-states.ts';
import type { Partition } from './topics.ts';
import type { TransactionCoordinator } from './transaction-coordinator.ts';

/**
 * `add.partitions.to.txn.retry.backoff.ms` and `.max.ms`: how a broker bears with a transaction
 * that is still ending.
 */
const RETRY_BACKOFF_MS = 20;
const RETRY_FOR_MS = 100;

/** What a leader asks the coordinator before the first append of a transaction to a partition. */
export interface Verification {
  readonly partition: Partition;
  readonly claimed: ClaimedBatch;
  readonly identity: ProducerIdentity;
  /** KIP-890: the partition is added, rather than looked for. */
  readonly adds: boolean;
  /** Asks again while the last transaction of the producer is ending. */
  readonly isPatient: boolean;
}

/** AddPartitionsToTxnManager. @param answer gets the guard to append with, where one was needed */
export function verify(
  environment: Environment,
  coordinator: TransactionCoordinator,
  { partition, claimed, identity, adds, isPatient }: Verification,
  answer: (error: ErrorName, guard: VerificationGuard | undefined) => void,
): void {
  const { producers } = partition.log;
  if (producers.hasOngoing(claimed.producerId, claimed.epoch)) {
    answer('NONE', undefined);
    return;
  }
  const { scheduler, random, settings } = environment;
  const guard = producers.startVerification(claimed, adds);
  const giveUpAt = scheduler.now() + RETRY_FOR_MS;
  const latency = (): number => random.between(0.05, settings.brokerLatencyMs) / 2;
  const ask = (): void => {
    scheduler.schedule(latency(), () => {
      const error = adds
        ? coordinator.addPartitions(undefined, identity, [
            { topic: partition.topic, partition: partition.index },
          ])
        : coordinator.verify(identity, partition);
      scheduler.schedule(latency(), () => {
        const isEnding = error === 'CONCURRENT_TRANSACTIONS';
        if (isEnding && isPatient && scheduler.now() + RETRY_BACKOFF_MS < giveUpAt) {
          scheduler.schedule(RETRY_BACKOFF_MS, ask);
        } else {
          answer(error === 'PRODUCER_FENCED' ? 'INVALID_PRODUCER_EPOCH' : error, guard);
        }
      });
    });
  };
  ask();
}
