import type { Clock, Ports } from '../ports.ts';
import type { CoordinatorKind } from '../protocol/cluster-apis.ts';
import { Cluster } from './cluster.ts';
import { retryUntil } from './retry-until.ts';
import { ProtocolError } from './protocol-error.ts';

/** The consumer group that {@link requireGroup} asks a coordinator for, and for how long. */
export interface GroupWanted {
  readonly groupId: string;
  /** How long brokers may take to make or elect their coordinators, in milliseconds. */
  readonly retryForMs: number;
}

/**
 * The brokers have no coordinator, however long they are asked: its internal topic cannot be
 * created, or not be written to. As a rule it is to have more replicas than there are brokers.
 */
export class CoordinatorMissingError extends Error {
  override readonly name = 'CoordinatorMissingError';
  readonly code = 'COORDINATOR_MISSING';
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

/**
 * Makes sure that brokers coordinate the group, and that this client may use it.
 *
 * @throws ProtocolError when a right is missing
 * @throws CoordinatorMissingError when there is no coordinator in time
 * @throws UnreachableError, UnansweredError when no broker can be asked in time
 */
export async function requireGroup(
  ports: Ports,
  { groupId, retryForMs }: GroupWanted,
): Promise<void> {
  const { clock } = ports;
  const cluster = new Cluster(ports, []);
  const until = clock.now() + retryForMs;
  await insistOn('group', clock, until, () => cluster.coordinator('group', groupId));
}

/** Asks again as {@link retryUntil}, and knows what it means when there is no coordinator in the end. */
export async function insistOn(
  kind: CoordinatorKind,
  clock: Clock,
  until: number,
  ask: () => Promise<unknown>,
): Promise<void> {
  try {
    await retryUntil(clock, until, ask);
  } catch (error) {
    const isMissing = error instanceof ProtocolError && error.code === 'COORDINATOR_NOT_AVAILABLE';
    throw isMissing ? new CoordinatorMissingError(kind, error) : error;
  }
}
