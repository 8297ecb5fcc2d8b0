import { describe, expect, it } from '@jest/globals';
import { Metrics } from '@login-pipeline/observability';
import { SnapshotTooLargeError, StateMismatchError } from '@login-pipeline/streams';
import { pino } from 'pino';
import { foldFailure } from './fold-failure.ts';
import { JsonStates, OtherStateError } from './json-states.ts';
import type { SnapshotOptions } from './snapshot-options.ts';

const OPTIONS: SnapshotOptions = {
  connection: { brokers: ['b:9092'], clientId: 'c', ssl: false },
  groupId: 'g',
  input: { topic: 'paid', setting: 'OUTPUT_TOPIC' },
  snapshots: { topic: 'revenue', setting: 'REVENUE_TOPIC' },
  snapshotIntervalMs: 1_000,
  stallTimeoutMs: 60_000,
  states: new JsonStates(1, () => ({})),
  logger: pino({ level: 'silent' }),
  metrics: new Metrics('test_'),
  onFatal: () => undefined,
};

describe('what a fold ends a service with', () => {
  it.each([
    [
      'a state of another version',
      new OtherStateError('The snapshot of partition 0'),
      'set REVENUE_TOPIC to a new topic',
    ],
    [
      'a section that is too large',
      new SnapshotTooLargeError('revenue', { partition: 0, section: 'a', bytes: 2, takes: 1 }),
      '"revenue" (REVENUE_TOPIC)',
    ],
    [
      'a topic that was created anew',
      new StateMismatchError('created-anew', 'paid', { partition: 0, nextOffset: 2n, end: 1n }),
      '"paid" (OUTPUT_TOPIC)',
    ],
  ])('names the settings that its app has: %s', (_, error, text) => {
    const failure = foldFailure(error, OPTIONS, []);
    expect(failure).toMatchObject({
      cause: error,
      message: expect.stringContaining(text) as unknown,
    });
    expect(String(failure)).not.toMatch(/SNAPSHOT_TOPIC|INPUT_TOPIC/);
  });
});
