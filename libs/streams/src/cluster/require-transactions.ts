import type { Clock, Ports } from '../ports.ts';
import type { CoordinatorKind } from '../protocol/cluster-apis.ts';
import { transactionalIdPrefix } from '../transactions/transactional-id.ts';
import { Cluster } from './cluster.ts';
import { insist } from './insist.ts';
import { isCoordinatorGone, ProtocolError } from './protocol-error.ts';

export interface TransactionsWanted {
  readonly groupId: string;
  /** The input. */
  readonly topic: string;
  /** How long brokers may take to make or elect their coordinators, in milliseconds. */
  readonly patienceMs: number;
}

/**
 * The brokers have no coordinator, however long they are asked: its internal topic cannot be created, or not be written to. As a
 * rule it is to have more replicas than there are brokers.
 */
export class CoordinatorMissingError extends Error {
  override readonly name = 'CoordinatorMissingError';
  readonly kind: CoordinatorKind;
  /** The brokers' setting that may be larger than their number. */
  readonly setting: string;

  constructor(kind: CoordinatorKind, cause: Error) {
    const setting = SETTINGS[kind];
    super(`No broker coordinates ${kind}s, and ${setting} may be too large`, { cause });
    this.kind = kind;
    this.setting = setting;
  }
}

const SETTINGS: Readonly<Record<CoordinatorKind, string>> = {
  group: 'offsets.topic.replication.factor',
  transaction: 'transaction.state.log.replication.factor',
};

/** An instance's name, as far as transactional ids go, that is none: only starts take its id over. */
const START = 'start/0';
/** As long as a transaction of the engine. */
const TRANSACTION_TIMEOUT_MS = 5_000;

/**
 * Makes sure that brokers coordinate the group and transactions, and that this client may use both: by taking over a transactional
 * id that no engine has.
 *
 * @throws ProtocolError when a right is missing, or the brokers allow no transactions of five seconds
 * @throws CoordinatorMissingError when there is no coordinator in time
 * @throws UnreachableError, UnansweredError when no broker can be asked in time
 */
export async function requireTransactions(
  ports: Ports,
  { groupId, topic, patienceMs }: TransactionsWanted,
): Promise<void> {
  const { clock } = ports;
  const cluster = new Cluster(ports, []);
  const until = clock.now() + patienceMs;
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

/** Asks again as {@link insist}, and knows what it means when there is no coordinator in the end. */
async function insistOn(
  kind: CoordinatorKind,
  clock: Clock,
  until: number,
  ask: () => Promise<unknown>,
): Promise<void> {
  try {
    await insist(clock, until, ask);
  } catch (error) {
    const isMissing = error instanceof ProtocolError && error.code === 'COORDINATOR_NOT_AVAILABLE';
    throw isMissing ? new CoordinatorMissingError(kind, error) : error;
  }
}
