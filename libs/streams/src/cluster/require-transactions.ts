import type { Ports } from '../ports.ts';
import { transactionalIdPrefix } from '../transactions/transactional-id.ts';
import { Cluster } from './cluster.ts';
import { isCoordinatorGone, ProtocolError } from './protocol-error.ts';
import { insistOn } from './require-group.ts';
import type { GroupWanted } from './require-group.ts';

/** The group and the input that {@link requireTransactions} tries a transactional id for. */
export interface TransactionsWanted extends GroupWanted {
  /** The input: transactional ids have its name in them. */
  readonly topic: string;
}

/** An instance's name, as far as transactional ids go, that is none: only starts take its id over. */
const START = 'start/0';
/** As long as a transaction of the engine. */
const TRANSACTION_TIMEOUT_MS = 5_000;

/**
 * Makes sure that brokers coordinate the group and transactions, and that this client may use both:
 * by taking over a transactional id that no engine has.
 *
 * @throws ProtocolError when a right is missing, or the brokers allow no transactions of five seconds
 * @throws CoordinatorMissingError when there is no coordinator in time
 * @throws UnreachableError, UnansweredError when no broker can be asked in time
 */
export async function requireTransactions(
  ports: Ports,
  { groupId, topic, retryForMs }: TransactionsWanted,
): Promise<void> {
  const { clock } = ports;
  const cluster = new Cluster(ports, []);
  const until = clock.now() + retryForMs;
  const transactionalId = `${transactionalIdPrefix({ groupId, topic })}${START}`;
  await insistOn('group', clock, until, () => cluster.coordinator('group', groupId));
  await insistOn('transaction', clock, until, () =>
    cluster.ask(
      'transaction',
      transactionalId,
      'InitProducerId',
      { transactionalId, timeoutMs: TRANSACTION_TIMEOUT_MS },
      ({ error }) => {
        if (error === 'NONE' || isCoordinatorGone(error)) return error;
        throw new ProtocolError(error, `InitProducerId of "${transactionalId}"`);
      },
    ),
  );
}
