import type { Logger } from '@login-pipeline/observability';
import { ClusterAdmin, systemClock } from '@login-pipeline/streams';
import type { ClientWire } from '@login-pipeline/streams';
import type { KafkaConnection } from './connection.ts';
import { unusable } from './unusable.ts';
import { openWire } from './wire.ts';

/** An administrator's view of a cluster, over connections of its own. */
export interface Administration {
  readonly admin: ClusterAdmin;
  readonly wire: ClientWire;
  readonly close: () => Promise<void>;
}

/** A start tells a wrong address within seconds; an attempt may take three of them. */
const START_RETRY_FOR_MS = 4_000;

/**
 * Makes sure that brokers answer, at the addresses that they advertise too.
 *
 * @throws KafkaUnavailableError that names the setting to look at
 */
export async function connectAdmin(
  connection: KafkaConnection,
  logger: Logger,
): Promise<Administration> {
  const administration = openAdmin(connection, logger, START_RETRY_FOR_MS);
  try {
    await administration.admin.reach();
  } catch (error) {
    await administration.close();
    throw unusable(error, connection);
  }
  return administration;
}

/** @param retryForMs how long a question is repeated that brokers cannot answer, in milliseconds */
export function openAdmin(
  connection: KafkaConnection,
  logger: Logger,
  retryForMs: number,
): Administration {
  // What is thrown tells enough of brokers that cannot be reached.
  const wire = openWire(connection, logger, 'debug');
  const admin = new ClusterAdmin(wire, systemClock, retryForMs);
  return { admin, wire, close: () => wire.close() };
}
