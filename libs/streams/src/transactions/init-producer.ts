import type { Cluster } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { ProducerIdentity } from '../protocol/transaction-apis.ts';
import { askCoordinator } from './ask-coordinator.ts';
import { isEnding } from './end-again.ts';
import { StuckProducerError } from './errors.ts';

/** The pauses add up to half a second: markers take milliseconds, unless a partition has no leader. */
const ATTEMPTS = 14;
/** For what is ended again no broker may run out of patience: it would abort what was committed. */
const SETTLING_TIMEOUT_MS = 300_000;

/**
 * Takes a transactional id over: fences its last holder, and aborts what that left open.
 *
 * @param timeoutMs after so long the coordinator aborts a transaction by itself
 * @throws StuckProducerError when the last transaction is ended, and cannot get its markers
 */
export async function initProducer(
  cluster: Cluster,
  transactionalId: string,
  timeoutMs: number,
): Promise<ProducerIdentity> {
  const request = { transactionalId, timeoutMs };
  try {
    const { producerId, epoch } = await askCoordinator(
      cluster,
      transactionalId,
      'InitProducerId',
      request,
      ATTEMPTS,
    );
    return { transactionalId, producerId, epoch };
  } catch (error) {
    const isBusy = error instanceof ProtocolError && error.code === 'CONCURRENT_TRANSACTIONS';
    if (!isBusy || !(await isEnding(cluster, transactionalId))) throw error;
    throw new StuckProducerError(error.message, { cause: error });
  }
}

/**
 * Takes an id over to end again what its last transactions touched: with as much time as brokers allow.
 *
 * @param timeoutMs of a transaction, where `transaction.max.timeout.ms` allows no longer one
 */
export async function initToSettle(
  cluster: Cluster,
  transactionalId: string,
  timeoutMs: number,
): Promise<ProducerIdentity> {
  try {
    return await initProducer(cluster, transactionalId, SETTLING_TIMEOUT_MS);
  } catch (error) {
    const isTooLong =
      error instanceof ProtocolError && error.code === 'INVALID_TRANSACTION_TIMEOUT';
    if (!isTooLong) throw error;
    return initProducer(cluster, transactionalId, timeoutMs);
  }
}
