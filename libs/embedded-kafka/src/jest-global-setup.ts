import { startKafka } from './start-kafka.ts';
import type { RunningKafka } from './start-kafka.ts';

let kafka: RunningKafka | undefined;

/** Gives integration tests their broker in TEST_KAFKA_BROKERS, unless the caller of Jest has set one. */
export default async function setup(): Promise<void> {
  if (process.env['TEST_KAFKA_BROKERS'] !== undefined) return;
  kafka = await startKafka();
  process.env['TEST_KAFKA_BROKERS'] = kafka.bootstrapServers;
}

/** Ends the broker that the set-up started. */
export async function stopBroker(): Promise<void> {
  await kafka?.stop();
}
