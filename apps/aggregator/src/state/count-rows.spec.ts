import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ChangedCounts } from './count-rows.ts';
import type { CountRow } from './count-rows.ts';
import { InsightsBoard } from '../board/insights-board.ts';
import type { View } from '../board/view.ts';
import { appVersions } from '../insights/app-versions/insight.ts';
import type { Counts } from '../insights/counting/distribution.ts';
import { deviceTypes } from '../insights/device-types/insight.ts';
import { locales } from '../insights/locales/insight.ts';
import { traffic } from '../insights/traffic/insight.ts';
import { minutesOf } from '../insights/traffic/minute-counts.ts';
import { isoDay, isoMinute, MS_PER_DAY } from '../utc.ts';
import { PartitionState } from './partition-state.ts';
import { LIMITS, login, SOME_TIME_MS, stateOf } from './testing/logins.ts';

const MINUTE_MS = 60_000;
const DAY = '2024-12-17';

describe('ChangedCounts', () => {
  it('gives all counts at first, then those that moved', () => {
    const state = stateOf([SOME_TIME_MS, SOME_TIME_MS + 1]);
    const counts = new ChangedCounts();
    expect(Object.fromEntries(counts.since(3, state))).toEqual({
      '3/device_type/android': row('device_type', 'android', 2),
      '3/locale/TX': row('locale', 'TX', 2),
      '3/app_version/2.0.0': {
        ...row('app_version', '2.0.0', 2),
        first_seen_ms: SOME_TIME_MS,
        last_seen_ms: SOME_TIME_MS + 1,
      },
      '3/device_type@2024-12-17/android': row('device_type', 'android', 2, 2, DAY),
      '3/locale@2024-12-17/TX': row('locale', 'TX', 2, 2, DAY),
      '3/app_version@2024-12-17/2.0.0': row('app_version', '2.0.0', 2, 2, DAY),
      '3/minute/2024-12-17T18:47Z': row('minute', '2024-12-17T18:47Z', 2),
      '3/outcome/counted': row('outcome', 'counted', 2),
      '3/outcome/expired': row('outcome', 'expired', 0),
      '3/outcome/invalid': row('outcome', 'invalid', 0),
    });
    expect(counts.since(3, state).size).toBe(0);

    state.foldInvalid(SOME_TIME_MS);
    state.nextOffset = 3n;
    expect([...counts.since(3, state).values()]).toEqual([row('outcome', 'invalid', 1, 3)]);
  });

  it('gives all of them again when they may not have arrived', () => {
    const state = stateOf([SOME_TIME_MS]);
    const counts = new ChangedCounts();
    const first = counts.since(0, state);
    counts.since(1, state);
    counts.forget(0);
    expect(counts.since(0, state)).toEqual(first);
    expect(counts.since(1, state).size).toBe(0);
  });

  it('gives of days that were written before only those that change, and all of them', () => {
    const other = SOME_TIME_MS + MS_PER_DAY;
    const state = stateOf([SOME_TIME_MS, other]);
    const counts = new ChangedCounts();
    counts.assumeDays(0, state);
    const daysOf = (rows: ReadonlyMap<string, CountRow>): string[] =>
      [...rows.values()].flatMap(({ day, value, insight }) =>
        insight === 'minute' ? [value] : day === '' ? [] : [`${day} ${value}`],
      );
    expect(daysOf(counts.since(0, state))).toEqual([]);
    state.startBatch(Infinity);
    state.fold(login({ locale: 'NY' }), other + MINUTE_MS, other);
    expect(daysOf(counts.since(0, state)).sort()).toEqual([
      '2024-12-18 2.0.0',
      '2024-12-18 NY',
      '2024-12-18 TX',
      '2024-12-18 android',
      '2024-12-18T18:47Z',
      '2024-12-18T18:48Z',
    ]);
  });

  it('compares count by count in the days that changed last, and gives all of another', () => {
    const days = [0, 1, 2, 3].map((day) => SOME_TIME_MS + day * MS_PER_DAY);
    const state = stateOf(days);
    const counts = new ChangedCounts();
    const later = (day: number): number => {
      state.startBatch(Infinity);
      state.fold(login({ locale: 'NY' }), (days[day] ?? 0) + MINUTE_MS, days[3] ?? 0);
      const rows = [...counts.since(0, state).values()];
      return rows.filter(({ value }) => value.endsWith('T18:47Z')).length;
    };
    counts.since(0, state);
    expect(later(3)).toBe(0);
    expect(later(0)).toBe(1);
    expect(later(0)).toBe(0);
    expect(later(1)).toBe(1);
  });

  it('keeps the keys of days apart from those of values that end like them', () => {
    const state = new PartitionState(LIMITS);
    for (const locale of ['a', `a/${DAY}`, `@${DAY}/a`]) {
      state.fold(login({ locale }), SOME_TIME_MS, SOME_TIME_MS);
    }
    const rows = [...new ChangedCounts().since(0, state).values()];
    expect(rows.filter(({ insight }) => insight === 'locale')).toHaveLength(6);
  });

  it('keeps keys short and apart, and values readable for a database', () => {
    const long = 'x'.repeat(100_000);
    const state = new PartitionState(LIMITS);
    for (const locale of [long, `${long}y`, 'a\0b', 'a\uFFFDb']) {
      state.fold(login({ locale }), SOME_TIME_MS, SOME_TIME_MS);
    }
    const names = [...new ChangedCounts().since(0, state)].filter(
      ([, { insight, day }]) => insight === 'locale' && day === '',
    );
    expect(names.map(([, { value }]) => value)).toEqual([long, `${long}y`, 'a\uFFFDb', 'a\uFFFDb']);
    expect(Math.max(...names.map(([key]) => key.length))).toBeLessThan(200);
  });

  it('has no value or key that a text of a database cannot hold, whatever is counted', () => {
    const units = fc.constantFrom('\0', '\uD83D', '\uDE00', '\u{1F600}', '"', '/', 'a');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: units, minLength: 1 })), (values) => {
        const state = new PartitionState(LIMITS);
        for (const value of values) {
          const members = { app_version: value, device_type: value, locale: value };
          state.fold(login(members), SOME_TIME_MS, SOME_TIME_MS);
        }
        const texts = [...new ChangedCounts().since(0, state)].flatMap(([key, { value }]) => [
          key,
          value,
        ]);
        expect(texts).toEqual(
          texts.map((text) => Buffer.from(text.replaceAll('\0', '')).toString()),
        );
      }),
    );
  });

  it('sum up to the insights, of all time and of each day, whenever they are written', () => {
    const logins = fc.array(
      fc.record({
        partition: fc.nat(2),
        app_version: fc.constantFrom('1.0.0', '2.0.0', '3.0.0'),
        device_type: fc.constantFrom('android', 'iOS', 'web'),
        locale: fc.constantFrom('TX', 'NY', 'other'),
        minute: fc.nat(10),
        day: fc.nat(2),
        told: fc.boolean(),
        lost: fc.boolean(),
        restored: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(logins, (steps) => {
        const limits = { ...LIMITS, trafficRetentionMinutes: 5_000, maxDistinctValues: 2 };
        const states = [0, 1, 2].map(() => new PartitionState(limits));
        const counts = new ChangedCounts();
        const rows = new Map<string, CountRow>();
        const tell = (partition: number, lost: boolean): void => {
          const changed = counts.since(partition, states[partition] ?? new PartitionState(limits));
          if (lost) counts.forget(partition);
          else for (const [key, changedRow] of changed) rows.set(key, changedRow);
        };
        for (const { partition, minute, day, told, lost, restored, ...members } of steps) {
          const time = SOME_TIME_MS + minute * MINUTE_MS + day * MS_PER_DAY;
          states[partition]?.startBatch(Infinity);
          states[partition]?.fold(login(members), time, time);
          if (told) tell(partition, lost);
          const state = states[partition];
          if (told && !lost && restored && state !== undefined) counts.assumeDays(partition, state);
        }
        const board = new InsightsBoard({ ...limits, maxDistinctValues: 10 });
        states.forEach((state, partition) => {
          tell(partition, false);
          board.show(partition, state);
        });
        expect(summed(rows.values())).toEqual(answered(board));
      }),
    );
  });
});

function row(insight: string, value: string, logins: number, next = 2, day = ''): CountRow {
  return { partition: 3, insight, value, day, logins, next_offset: next };
}

/** Logins by insight, value and day, without what is 0. */
function summed(rows: Iterable<CountRow>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { insight, value, day, logins } of rows) {
    const name = `${insight} ${value} ${day}`;
    if (logins > 0) sums.set(name, (sums.get(name) ?? 0) + logins);
  }
  return sums;
}

function answered(board: InsightsBoard): ReadonlyMap<string, number> {
  const view = board.view();
  const minutes = minutesOf(view.asked(traffic));
  const days = new Set(minutes.map(({ minute }) => Math.floor((minute * MINUTE_MS) / MS_PER_DAY)));
  return new Map([
    ...valuesOf(view, ''),
    ...[...days].flatMap((day) => {
      const hours = { fromHour: 24 * day, toHour: 24 * (day + 1) };
      return valuesOf(board.view({ ...hours, fromDay: day, toDay: day + 1 }), isoDay(day));
    }),
    ...minutes.map(({ minute, count }) => [`minute ${isoMinute(minute)} `, count] as const),
    ...(view.total > 0 ? [['outcome counted ', view.total] as const] : []),
  ]);
}

function valuesOf(view: View, day: string): (readonly [string, number])[] {
  const named = (insight: string, counts: Counts): (readonly [string, number])[] =>
    [...counts].map(([value, count]) => [`${insight} ${value} ${day}`, count]);
  return [
    ...named('device_type', view.asked(deviceTypes).merged),
    ...named('app_version', view.asked(appVersions).merged.counts),
    ...named('locale', view.asked(locales).merged),
  ];
}
