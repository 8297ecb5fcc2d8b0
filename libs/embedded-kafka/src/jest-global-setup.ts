import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka } from './start-kafka.ts';
import type { RunningKafka } from './start-kafka.ts';

/** A first start downloads Kafka. */
const DEADLINE_MS = 300_000;
const POLL_MS = 50;

let kafka: RunningKafka | undefined;

/**
 * Gives integration tests their broker in TEST_KAFKA_BROKERS: the one whose address stands there, the one whose address
 * comes into the file TEST_KAFKA_FILE, or one of their own.
 */
export default async function setup(): Promise<void> {
  if (process.env['TEST_KAFKA_BROKERS'] !== undefined) return;
  const file = process.env['TEST_KAFKA_FILE'];
  process.env['TEST_KAFKA_BROKERS'] =
    file === undefined ? await ownBroker() : await addressIn(file);
}

async function ownBroker(): Promise<string> {
  kafka = await startKafka();
  return kafka.bootstrapServers;
}

async function addressIn(file: string): Promise<string> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!existsSync(file)) {
    if (Date.now() > deadline) throw new Error(`No broker has written its address to ${file}`);
    await sleep(POLL_MS);
  }
  return readFileSync(file, 'utf8');
}

/** Ends the broker that the set-up started. */
export async function stopBroker(): Promise<void> {
  await kafka?.stop();
}
