import { describe, expect, it } from '@jest/globals';
import { StalledError } from '@login-pipeline/streams';
import { KafkaStalledError } from '../client/errors.ts';
import { engineFailure } from './engine-failure.ts';
import type { EngineSettings } from './engine-failure.ts';

const SETTINGS: EngineSettings = {
  connection: { brokers: ['b:9092'], clientId: 'c', ssl: false },
  groupId: 'g',
  input: { topic: 'in', setting: 'INPUT_TOPIC' },
  stallTimeoutMs: 60_000,
};

describe('what an engine ends a service with', () => {
  it('is, after a stall, a code to restart it for, with all that is known of the stall', () => {
    const stalled = new StalledError('No progress on "in"', { diagnosis: { inFlight: [] } });
    const sockets = [{ broker: 'b:9092', request: 'Fetch', msAgo: 9, answered: false }];
    const failure = engineFailure(stalled, SETTINGS, sockets, { read: [], written: [] });
    expect(failure).toBeInstanceOf(KafkaStalledError);
    expect(failure).toMatchObject({
      fault: 'stalled',
      code: 'STALLED',
      message: 'No progress on "in" (STALL_TIMEOUT_MS=60000)',
      cause: stalled,
      diagnosis: { inFlight: [], sockets, process: {} },
    });
  });

  it.each([
    ['what names its fault', Object.assign(new Error('x'), { fault: 'unavailable' })],
    ['a defect', new TypeError('x is not a function')],
  ])('is as it was thrown: %s', (_, error) => {
    expect(engineFailure(error, SETTINGS, [], { read: [], written: [] })).toBe(error);
  });
});
