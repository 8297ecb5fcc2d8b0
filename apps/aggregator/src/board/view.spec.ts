import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { insightsAnswer } from '../http/answers.ts';
import { liveBoard } from '../http/testing/app.ts';
import { SharedAnswers } from '../http/shared-answers.ts';
import { appVersions } from '../insights/app-versions/insight.ts';
import { locales } from '../insights/locales/insight.ts';
import { traffic } from '../insights/traffic/insight.ts';
import { minutesOf } from '../insights/traffic/minute-counts.ts';
import { busierFirst, peaks } from '../insights/traffic/peaks.ts';
import { users } from '../insights/users/insight.ts';
import { weekHours } from '../insights/week-hours/insight.ts';
import { PartitionState } from '../state/partition-state.ts';
import { readSections } from '../state/sections.ts';
import {
  LIMITS,
  login,
  snapshotOf,
  SOME_TIME_MS,
  stateOf,
  userId,
} from '../state/testing/logins.ts';
import { HOURS_PER_DAY, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../utc.ts';
import { periodOf, previousOf } from './period.ts';
import type { PeriodQuery } from './period.ts';
import type { View } from './view.ts';

const NOW = SOME_TIME_MS + 10 * MS_PER_DAY;

const placedLogin = fc.record({
  partition: fc.nat(3),
  minute: fc.nat(10 * 1440),
  user: fc.nat(50),
  version: fc.constantFrom('2.0.0', '2.1.0', '2.2.0', '10'),
  locale: fc.constantFrom('TX', 'NY', 'RU', '__proto__', '7'),
});
const query = fc.constantFrom<PeriodQuery>(
  ...(['1h', '24h', '7d', '30d'] as const).map((last) => ({ last })),
  ...Array.from({ length: 12 }, (_, day) => ({
    day: new Date(SOME_TIME_MS + day * MS_PER_DAY).toISOString().slice(0, 10),
  })),
);

/** Counts by hand, as the definition says. */
function tally(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** @returns all that a view says of its insights */
function saidBy(view: View): string {
  return JSON.stringify([
    insightsAnswer(view),
    view.previous,
    [...view.asked(weekHours).merged],
    minutesOf(view.asked(traffic)),
  ]);
}

describe('a view of a period', () => {
  it('equals brute force, whatever the order and the partitions of the logins, own or followed', () => {
    fc.assert(
      fc.property(fc.array(placedLogin, { maxLength: 300 }), query, (logins, asked) => {
        const states = Array.from({ length: 4 }, () => new PartitionState(LIMITS));
        const placed = logins.map((each) => ({
          ...each,
          timeMs: SOME_TIME_MS + each.minute * MS_PER_MINUTE,
        }));
        for (const { partition, timeMs, user, version, locale } of placed) {
          const counted = login({ user_id: userId(user), app_version: version, locale });
          states[partition]?.startBatch(NOW);
          states[partition]?.fold(counted, timeMs, NOW);
        }
        const followed = states.map((state, partition) => {
          if (partition < 2) return state;
          const copy = new PartitionState(LIMITS);
          readSections(copy, snapshotOf(state));
          return copy;
        });
        const period = periodOf(asked, NOW);
        if (period === undefined) throw new Error('a period is asked for');
        const board = liveBoard(followed);
        const view = board.view(period);
        const inside = placed.filter(
          ({ timeMs }) =>
            timeMs >= period.fromHour * MS_PER_HOUR && timeMs < period.toHour * MS_PER_HOUR,
        );
        expect(view.total).toBe(inside.length);
        expect(view.asked(locales).merged).toEqual(tally(inside.map(({ locale }) => locale)));
        expect(view.asked(appVersions).merged.counts).toEqual(
          tally(inside.map(({ version }) => version)),
        );
        const minutes = tally(inside.map(({ timeMs }) => String(timeMs / MS_PER_MINUTE)));
        expect(
          new Map(minutesOf(view.asked(traffic)).map((each) => [String(each.minute), each.count])),
        ).toEqual(minutes);
        expect(peaks(view.asked(traffic), 3)).toEqual(
          minutesOf(view.asked(traffic)).sort(busierFirst).slice(0, 3),
        );
        const hours = tally(
          inside.map(({ timeMs }) => {
            const date = new Date(timeMs);
            return String(((date.getUTCDay() + 6) % 7) * HOURS_PER_DAY + date.getUTCHours());
          }),
        );
        view.asked(weekHours).merged.forEach((count, hour) => {
          expect(count).toBe(hours.get(String(hour)) ?? 0);
        });
        const active = new Set(
          placed
            .filter(({ timeMs }) => {
              const day = Math.floor(timeMs / MS_PER_DAY);
              return day >= period.fromDay && day < period.toDay;
            })
            .map(({ user }) => user),
        ).size;
        expect(Math.abs(view.asked(users).merged.estimate().estimate - active)).toBeLessThan(2);
        expect(view.previous?.total).toBe(board.view(previousOf(period)).total);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same whether it was asked for before or not, and stays as it was', () => {
    const steps = fc.array(fc.array(placedLogin, { maxLength: 10 }), { maxLength: 40 });
    const questions = fc.uniqueArray(query, { maxLength: 3, selector: JSON.stringify });
    fc.assert(
      fc.property(steps, questions, (batches, asked) => {
        const states = Array.from({ length: 4 }, () => new PartitionState(LIMITS));
        const board = liveBoard(states);
        const given: (readonly [View, string])[] = [];
        for (const logins of batches) {
          for (const { partition, minute, user, version, locale } of logins) {
            const timeMs = SOME_TIME_MS + minute * MS_PER_MINUTE;
            const counted = login({ user_id: userId(user), app_version: version, locale });
            states[partition]?.startBatch(NOW);
            states[partition]?.fold(counted, timeMs, NOW);
          }
          for (const [partition, state] of states.entries()) board.show(partition, state);
          const fresh = liveBoard(states);
          for (const each of asked) {
            const period = periodOf(each, NOW);
            const view = board.view(period);
            expect(saidBy(view)).toBe(saidBy(fresh.view(period)));
            given.push([view, saidBy(view)]);
          }
        }
        for (const [view, said] of given) expect(saidBy(view)).toBe(said);
      }),
      { numRuns: 100 },
    );
  });

  it('is not complete where it begins before what is kept', () => {
    const board = liveBoard([stateOf([SOME_TIME_MS]), new PartitionState(LIMITS)]);
    const complete = (day: string): boolean | undefined =>
      board.view(periodOf({ day }, SOME_TIME_MS)).period?.complete;
    expect(complete('2024-12-17')).toBe(true);
    expect(complete('2024-11-16')).toBe(true);
    expect(complete('2024-11-15')).toBe(false);
    const whole = board.view(periodOf({ last: '30d' }, SOME_TIME_MS));
    expect([whole.period?.complete, whole.previous?.complete]).toEqual([true, false]);
  });

  it('does not change when what it is of does', () => {
    const state = stateOf([SOME_TIME_MS]);
    const board = liveBoard([state]);
    const views = [board.view(), board.view(periodOf({ last: '1h' }, SOME_TIME_MS))];
    const before = views.map((view) => JSON.stringify(insightsAnswer(view)));
    state.startBatch(Infinity);
    for (let number = 0; number < 100; number += 1) {
      state.fold(login({ user_id: userId(number) }), SOME_TIME_MS, SOME_TIME_MS);
    }
    board.show(0, state);
    expect(board.view(periodOf({ last: '1h' }, SOME_TIME_MS)).total).toBe(101);
    expect(views.map((view) => JSON.stringify(insightsAnswer(view)))).toEqual(before);
  });

  it('is of the hours that begin and end with the clock', () => {
    const [hour, today] = [Math.floor(NOW / MS_PER_HOUR), Math.floor(NOW / MS_PER_DAY)];
    expect(periodOf({ last: '24h' }, NOW)).toEqual({
      ...{ fromHour: hour - 23, toHour: hour + 1 },
      ...{ fromDay: today, toDay: today + 1 },
    });
    expect(periodOf({ last: '7d' }, NOW)).toMatchObject({ fromDay: today - 6, toDay: today + 1 });
    expect(periodOf({ day: '2024-12-27' }, 0)).toEqual({
      ...{ fromHour: today * HOURS_PER_DAY, toHour: (today + 1) * HOURS_PER_DAY },
      ...{ fromDay: today, toDay: today + 1 },
    });
    expect(periodOf({}, NOW)).toBeUndefined();
  });
});

describe('a view since the beginning', () => {
  it('is the same whatever the order of the partitions', () => {
    const [a, b] = [stateOf([SOME_TIME_MS]), stateOf([SOME_TIME_MS, SOME_TIME_MS + MS_PER_DAY])];
    const answer = (states: readonly [number, PartitionState][]) => {
      const board = liveBoard([]);
      for (const [partition, state] of states) board.show(partition, state);
      return String(new SharedAnswers(board, () => NOW).insights().body);
    };
    expect(
      answer([
        [1, b],
        [0, a],
      ]),
    ).toBe(
      answer([
        [0, a],
        [1, b],
      ]),
    );
  });

  it('shows the minutes that TRAFFIC_RETENTION_MINUTES says, before the newest', () => {
    const idle = stateOf([SOME_TIME_MS, SOME_TIME_MS + 720 * MS_PER_MINUTE]);
    const busy = stateOf([SOME_TIME_MS, SOME_TIME_MS + 1440 * MS_PER_MINUTE]);
    const view = liveBoard([idle, busy, new PartitionState(LIMITS)]).view();
    const minutes = minutesOf(view.asked(traffic)).map(({ minute }) => minute);
    expect(minutes.map((minute) => minute - SOME_TIME_MS / MS_PER_MINUTE)).toEqual([720, 1440]);
    expect(view.total).toBe(4);
  });

  it('is complete when every partition contains what is due', () => {
    const complete = (due: readonly bigint[]): boolean => {
      const board = liveBoard([]);
      board.show(0, stateOf([SOME_TIME_MS]));
      board.expect(new Map(due.entries()));
      return board.view().complete;
    };
    expect(complete([1n, 0n])).toBe(true);
    expect(complete([2n, 0n])).toBe(false);
    expect(complete([1n, 1n])).toBe(false);
    expect(complete([])).toBe(false);
  });

  it('bounds the union of values by count', () => {
    const states = ['TX', 'NY', 'RU', 'RU', 'NY', 'NY'].map((locale, partition) => {
      const state = new PartitionState(LIMITS);
      for (let logins = 0; logins <= partition; logins += 1) {
        state.fold(login({ locale }), SOME_TIME_MS, SOME_TIME_MS);
      }
      return state;
    });
    const board = liveBoard(states, { maxDistinctValues: 1 });
    expect(insightsAnswer(board.view())['locales']).toEqual({ NY: 13, other: 8 });
  });
});
