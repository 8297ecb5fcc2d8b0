import { systemClock } from '@login-pipeline/streams';
import type { Ports, Wire } from '@login-pipeline/streams';
import { kafkaClient } from '../client/kafka-client.ts';

/** What a process may have decompressed of its input at a time, in bytes; working copies included. */
export const READ_MEMORY_BYTES = 64 * 1024 * 1024;
/** Brokers that have just started elect their coordinators within it, in milliseconds. */
export const START_RETRY_FOR_MS = 10_000;

export function enginePorts(wire: Wire): Ports {
  return { wire, clock: systemClock, encoder: kafkaClient.encoder };
}
