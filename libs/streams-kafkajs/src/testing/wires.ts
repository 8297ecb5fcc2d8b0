import { afterEach } from '@jest/globals';
import { KafkajsWire } from '../kafkajs-wire.ts';
import type { WireSettings } from '../kafkajs-wire.ts';
import { FakeBroker } from './fake-broker.ts';
import type { SeenRequest } from './fake-broker.ts';

export const MEMBER = { groupId: 'group', memberId: 'member', generation: 1 };

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Has something done after the test. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** @returns a broker that knows all requests, and is closed after the test */
export async function brokerThat(onRequest?: (request: SeenRequest) => void): Promise<FakeBroker> {
  const broker = await FakeBroker.listen(onRequest);
  afterTest(() => {
    broker.close();
  });
  return broker;
}

/** @returns a wire without much patience, which is closed after the test */
export function wireTo(
  brokers: readonly string[],
  settings: Partial<WireSettings> = {},
): KafkajsWire {
  const wire = new KafkajsWire({ connectTimeoutMs: 300, ...settings, brokers });
  afterTest(() => wire.close());
  return wire;
}

/** @returns what a promise is rejected with */
export async function thrownBy(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error as Error,
  );
}
