import { describe, expect, it } from '@jest/globals';
import { framer } from '@login-pipeline/registry';
import { FUTURE_TOLERANCE_MS } from '@login-pipeline/streams';
import fc from 'fast-check';
import { liveBoard } from '../http/testing/app.ts';
import { appVersions } from '../insights/app-versions/insight.ts';
import { CATALOGUE } from '../insights/catalogue.ts';
import { deviceTypes } from '../insights/device-types/insight.ts';
import type { Insight } from '../insights/insight.ts';
import { locales } from '../insights/locales/insight.ts';
import { foldBatch } from './fold-batch.ts';
import { leastSectionBytes } from './bounds.ts';
import { PartitionState } from './partition-state.ts';
import {
  batchOf,
  LIMITS,
  login,
  processedLogin,
  SOME_MINUTE,
  SOME_TIME_MS,
  stateOf,
  userId,
  snapshotOf,
} from './testing/logins.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const WINDOW_MS = LIMITS.insightRetentionDays * DAY_MS;
/** The first millisecond that is kept. */
const OLDEST_MS = Math.floor(SOME_TIME_MS / DAY_MS) * DAY_MS - WINDOW_MS;

/** What all partitions say of one insight: here, one partition. */
function merged<Always, Cell, Merged>(
  state: PartitionState,
  insight: Insight<Always, Cell, Merged>,
): Merged {
  return liveBoard([state]).view().asked(insight).merged;
}

it('A login in the frame of a schema registry counts as one without', () => {
  const batch = batchOf(0, [processedLogin()]);
  const records = Array.from(batch.records, (record) => ({
    ...record,
    value: framer(7)(record.value ?? Buffer.alloc(0)),
  }));
  const state = new PartitionState(LIMITS);
  foldBatch(state, { ...batch, records }, SOME_TIME_MS);
  expect(state.ledger()).toMatchObject({ counted: 1, invalid: 0 });
});

describe('PartitionState', () => {
  it.each([
    ['the newest minute', SOME_TIME_MS, SOME_TIME_MS, 'counted'],
    ['the begin of the oldest day', OLDEST_MS, SOME_TIME_MS, 'counted'],
    ['the end of the day before the oldest', OLDEST_MS - 1, SOME_TIME_MS, 'expired'],
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
    expect(state.cells.newestMinute).toBe(SOME_MINUTE);
  });

  it('counts an expired login nowhere else', () => {
    const state = stateOf([SOME_TIME_MS]);
    state.fold(login({ locale: 'NY', app_version: '1.0.0' }), 0, SOME_TIME_MS);
    expect(merged(state, locales)).toEqual(new Map([['TX', 1]]));
    expect(merged(state, appVersions).counts).toEqual(new Map([['2.0.0', 1]]));
  });

  it('counts device types without regard to case', () => {
    const state = new PartitionState(LIMITS);
    for (const device_type of ['IOS', 'iOS', 'Android', 'Web', 'WEB']) {
      state.fold(login({ device_type }), SOME_TIME_MS, SOME_TIME_MS);
    }
    expect([...merged(state, deviceTypes)]).toEqual([
      ['iOS', 2],
      ['android', 1],
      ['web', 2],
    ]);
  });

  it('knows when each version was seen first and last, in any order', () => {
    const state = stateOf([SOME_TIME_MS + 5, SOME_TIME_MS, SOME_TIME_MS + 9]);
    expect(merged(state, appVersions).seen.get('2.0.0')).toEqual({
      firstSeenMs: SOME_TIME_MS,
      lastSeenMs: SOME_TIME_MS + 9,
    });
  });

  it('bounds the values of an hour', () => {
    const state = new PartitionState({ ...LIMITS, maxSectionBytes: leastSectionBytes() });
    const { hourValues } = state.bounds;
    for (let version = 0; version < 3 * hourValues; version += 1) {
      state.fold(login({ app_version: String(version) }), SOME_TIME_MS, SOME_TIME_MS);
    }
    const { cell } = liveBoard([state]).view().asked(appVersions);
    const counts = cell(Math.floor(SOME_MINUTE / 60))?.counts;
    expect(counts?.size).toBe(hourValues + 1);
    expect(counts?.get('other')).toBe(2 * hourValues);
  });
});

describe('a state', () => {
  it('stays bounded, whatever comes', () => {
    const limits = { ...LIMITS, insightRetentionDays: 2, maxDistinctValues: 50 };
    const state = new PartitionState(limits);
    for (let index = 0; index < 200_000; index += 1) {
      const text = `value ${index}`;
      const members = { app_version: text, device_type: text, locale: text };
      const timeMs = SOME_TIME_MS + (index % 1000) * 3_600_000;
      state.fold(login({ ...members, user_id: userId(index) }), timeMs, timeMs);
    }
    expect(state.cells.days).toHaveLength(3);
    const { sections } = snapshotOf(state);
    expect(sections.size).toBeLessThan(2 + CATALOGUE.length + 3 + 48);
    const bytes = [...sections.values()].reduce((sum, section) => sum + section.length, 0);
    expect(bytes).toBeLessThan(32_768);
    expect(state.ledger()).toMatchObject({ consumed: 200_000, unaccounted: 0 });
  });
});

/** A time as it may stand in a login or in a record: of the present, of years around it, or in another unit. */
const anyTime = fc.oneof(
  fc.constantFrom(0, SOME_TIME_MS, SOME_TIME_MS * 1_000, Date.UTC(2100), 8.64e15),
  fc.integer({ min: SOME_TIME_MS - 5e10, max: SOME_TIME_MS + 5e10 }),
);
const hostile = fc.record({ event: anyTime, record: fc.oneof(fc.constant(-1), anyTime) });

describe('a window', () => {
  it('is moved by no record beyond what its timestamp, and the clock of the replica, allow', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1 }), (records) => {
        const state = new PartitionState(LIMITS);
        state.startBatch(SOME_TIME_MS);
        for (const { event, record } of records) {
          const newest = state.cells.newestMinute;
          state.fold(login(), event, record);
          const clock = record < 0 || record > SOME_TIME_MS ? SOME_TIME_MS : record;
          const bound = Math.floor((clock + FUTURE_TOLERANCE_MS) / MINUTE_MS);
          expect(state.cells.newestMinute).toBeLessThanOrEqual(Math.max(newest, bound));
        }
        const seen = merged(state, appVersions).seen.get('2.0.0');
        expect(seen?.lastSeenMs ?? 0).toBeLessThanOrEqual(SOME_TIME_MS + FUTURE_TOLERANCE_MS);
        expect(state.newestRecordMs).toBeLessThanOrEqual(SOME_TIME_MS + FUTURE_TOLERANCE_MS);
        expect(state.ledger()).toMatchObject({ consumed: records.length, unaccounted: 0 });
      }),
    );
  });

  it('has room for the logins of our time, whatever came before, with or without timestamps', () => {
    const recent = fc.integer({
      min: SOME_TIME_MS - WINDOW_MS + DAY_MS + FUTURE_TOLERANCE_MS,
      max: SOME_TIME_MS,
    });
    fc.assert(
      fc.property(fc.array(hostile), fc.array(recent), (records, times) => {
        const state = new PartitionState(LIMITS);
        state.startBatch(SOME_TIME_MS);
        for (const { event, record } of records) state.fold(login(), event, record);
        const { counted } = state;
        for (const timeMs of times) state.fold(login(), timeMs, timeMs);
        expect(state.counted).toBe(counted + times.length);
      }),
    );
  });

  it('stays with old records that are read again, when one without a timestamp is of today', () => {
    const state = stateOf([SOME_TIME_MS]);
    const today = SOME_TIME_MS + 700 * 24 * 60 * MINUTE_MS;
    state.startBatch(today);
    state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
    state.fold(login(), today, -1);
    state.fold(login(), SOME_TIME_MS, -1);
    state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
    expect(state.ledger()).toMatchObject({ counted: 4, expired: 0, future: 1 });
    expect(state.cells.newestMinute).toBe(SOME_MINUTE);
  });
});

describe('foldBatch', () => {
  it('takes the clock of the replica for the latest there is', () => {
    const state = new PartitionState(LIMITS);
    const values = [processedLogin(), processedLogin()];
    foldBatch(state, batchOf(0, values), SOME_TIME_MS - FUTURE_TOLERANCE_MS - 1);
    foldBatch(state, batchOf(2, values), SOME_TIME_MS - FUTURE_TOLERANCE_MS);
    expect(state.ledger()).toMatchObject({ counted: 2, future: 2 });
  });

  it('counts logins, sets invalid records apart and moves the next offset', () => {
    const state = new PartitionState(LIMITS);
    foldBatch(state, batchOf(0, [processedLogin(), '{', null, '{"processed":true}']), SOME_TIME_MS);
    expect(state.ledger()).toMatchObject({ consumed: 4, counted: 1, invalid: 3, unaccounted: 0 });
    expect(state.nextOffset).toBe(4n);
    expect(state.newestRecordMs).toBe(SOME_TIME_MS);
  });

  it('moves the next offset over a batch without records', () => {
    const state = new PartitionState(LIMITS);
    foldBatch(state, { ...batchOf(0, []), nextOffset: 7n }, SOME_TIME_MS);
    expect(state.nextOffset).toBe(7n);
  });

  it('skips what is contained already', () => {
    const state = new PartitionState(LIMITS);
    const values = [processedLogin(), processedLogin(), processedLogin()];
    foldBatch(state, batchOf(0, values), SOME_TIME_MS);
    foldBatch(state, batchOf(0, values), SOME_TIME_MS);
    foldBatch(state, batchOf(2, values), SOME_TIME_MS);
    expect(state.consumed).toBe(5);
    expect(state.nextOffset).toBe(5n);
  });
});
