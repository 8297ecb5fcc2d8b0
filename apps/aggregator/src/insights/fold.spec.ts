import { describe, expect, it } from '@jest/globals';
import { foldBatch } from './fold-batch.ts';
import { FUTURE_TOLERANCE_MS, PartitionState } from './partition-state.ts';
import { encodeSnapshot } from './snapshot.ts';
import { HOURLY_VERSIONS } from './version-adoption.ts';
import {
  batchOf,
  LIMITS,
  login,
  processedLogin,
  SOME_MINUTE,
  SOME_TIME_MS,
  stateOf,
  userId,
} from './testing/logins.ts';

const MINUTE_MS = 60_000;
const WINDOW_MS = LIMITS.trafficRetentionMinutes * MINUTE_MS;

describe('PartitionState', () => {
  it.each([
    ['the newest minute', SOME_TIME_MS, SOME_TIME_MS, 'counted'],
    [
      'the oldest minute of the window',
      SOME_TIME_MS - WINDOW_MS + MINUTE_MS,
      SOME_TIME_MS,
      'counted',
    ],
    [
      'the end of the minute before the window',
      SOME_TIME_MS - WINDOW_MS + MINUTE_MS - 1,
      SOME_TIME_MS,
      'expired',
    ],
    ['a clock that is an hour fast', SOME_TIME_MS + FUTURE_TOLERANCE_MS, SOME_TIME_MS, 'counted'],
    [
      'a clock that is more than an hour fast',
      SOME_TIME_MS + FUTURE_TOLERANCE_MS + 1,
      SOME_TIME_MS,
      'future',
    ],
    ['a replay, whose records are young', SOME_TIME_MS, SOME_TIME_MS + 10 * WINDOW_MS, 'counted'],
    ['a record without timestamp', SOME_TIME_MS + WINDOW_MS / 2, -1, 'counted'],
    ['the epoch', 0, SOME_TIME_MS, 'expired'],
  ])('takes %s as it should', (_name, eventTimeMs, recordTimeMs, outcome) => {
    const state = stateOf([SOME_TIME_MS]);
    const before = state.ledger();
    state.fold(login(), eventTimeMs, recordTimeMs);
    expect(state.ledger()).toEqual({
      consumed: before.consumed + 1,
      counted: before.counted + (outcome === 'counted' ? 1 : 0),
      expired: outcome === 'expired' ? 1 : 0,
      invalid: outcome === 'future' ? 1 : 0,
      future: outcome === 'future' ? 1 : 0,
      unaccounted: 0,
    });
  });

  it('is not moved by a login of the far future', () => {
    const state = stateOf([SOME_TIME_MS]);
    state.fold(login(), SOME_TIME_MS + 100 * WINDOW_MS, SOME_TIME_MS);
    expect(state.traffic.newest).toBe(SOME_MINUTE);
  });

  it('counts an expired login nowhere else', () => {
    const state = stateOf([SOME_TIME_MS]);
    state.fold(login({ locale: 'NY', app_version: '1.0.0' }), 0, SOME_TIME_MS);
    expect([...state.locales.entries()]).toEqual([['TX', { count: 1 }]]);
    expect(state.appVersions.size).toBe(1);
  });

  it('counts device types without regard to case', () => {
    const state = new PartitionState(LIMITS);
    for (const device_type of ['IOS', 'iOS', 'Android', 'Web', 'WEB']) {
      state.fold(login({ device_type }), SOME_TIME_MS, SOME_TIME_MS);
    }
    const counts = [...state.deviceTypes.entries()].map(([value, { count }]) => [value, count]);
    expect(counts).toEqual([
      ['iOS', 2],
      ['android', 1],
      ['web', 2],
    ]);
  });

  it('knows when each version was seen first and last, in any order', () => {
    const state = stateOf([SOME_TIME_MS + 5, SOME_TIME_MS, SOME_TIME_MS + 9]);
    expect(state.appVersions.of('2.0.0')).toMatchObject({
      firstSeenMs: SOME_TIME_MS,
      lastSeenMs: SOME_TIME_MS + 9,
    });
  });

  it('bounds the versions of an hour and forgets hours before the window', () => {
    const state = new PartitionState(LIMITS);
    for (let version = 0; version < 2 * HOURLY_VERSIONS; version += 1) {
      state.fold(login({ app_version: String(version) }), SOME_TIME_MS, SOME_TIME_MS);
    }
    const hour = Math.floor(SOME_MINUTE / 60);
    const versions = state.adoption.hours.get(hour);
    expect(versions?.size).toBe(HOURLY_VERSIONS + 1);
    expect(versions?.get(0)).toBe(HOURLY_VERSIONS);
    const later = SOME_TIME_MS + 2 * WINDOW_MS;
    state.fold(login(), later, later);
    expect([...state.adoption.hours.keys()]).toEqual([hour + 48]);
  });
});

describe('a state', () => {
  it('stays bounded, whatever comes', () => {
    const limits = { trafficRetentionMinutes: 60, maxDistinctValues: 50 };
    const state = new PartitionState(limits);
    for (let index = 0; index < 200_000; index += 1) {
      const text = `value ${index}`;
      const members = { app_version: text, device_type: text, locale: text };
      const timeMs = SOME_TIME_MS + (index % 1000) * 3_600_000;
      state.fold(login({ ...members, user_id: userId(index) }), timeMs, timeMs);
    }
    expect([state.deviceTypes.size, state.appVersions.size, state.locales.size]).toEqual([
      50, 50, 50,
    ]);
    expect(state.adoption.hours.size).toBeLessThanOrEqual(2);
    expect(state.dailyUsers.samples.size).toBeLessThanOrEqual(2);
    expect(encodeSnapshot(state).length).toBeLessThan(16_384);
    expect(state.ledger()).toMatchObject({ consumed: 200_000, unaccounted: 0 });
  });
});

describe('foldBatch', () => {
  it('counts logins, sets invalid records apart and moves the next offset', () => {
    const state = new PartitionState(LIMITS);
    foldBatch(state, batchOf(0, [processedLogin(), '{', null, '{"processed":true}']));
    expect(state.ledger()).toMatchObject({ consumed: 4, counted: 1, invalid: 3, unaccounted: 0 });
    expect(state.nextOffset).toBe(4n);
    expect(state.newestRecordMs).toBe(SOME_TIME_MS);
  });

  it('moves the next offset over a batch without records', () => {
    const state = new PartitionState(LIMITS);
    foldBatch(state, { ...batchOf(0, []), nextOffset: 7n });
    expect(state.nextOffset).toBe(7n);
  });

  it('skips what is contained already', () => {
    const state = new PartitionState(LIMITS);
    const values = [processedLogin(), processedLogin(), processedLogin()];
    foldBatch(state, batchOf(0, values));
    foldBatch(state, batchOf(0, values));
    foldBatch(state, batchOf(2, values));
    expect(state.consumed).toBe(5);
    expect(state.nextOffset).toBe(5n);
  });
});
