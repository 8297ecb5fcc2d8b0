import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Insights } from './insights.ts';
import { mergeLedgers, mergeStates } from './merge-states.ts';
import { PartitionState } from './partition-state.ts';
import { LIMITS, login, SOME_MINUTE, SOME_TIME_MS, stateOf, userId } from './testing/logins.ts';

const MINUTE_MS = 60_000;

function merge(states: readonly PartitionState[]): Insights {
  const due = new Map<number, bigint>();
  return mergeStates({ byPartition: new Map(states.entries()), due }, 1000);
}

/** Counts by hand, as the definition says. */
function bruteForce(values: readonly string[]): { value: string; count: number }[] {
  return [...new Set(values)]
    .map((value) => ({ value, count: values.filter((each) => each === value).length }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

const placedLogin = fc.record({
  partition: fc.nat(3),
  minute: fc.nat(LIMITS.trafficRetentionMinutes - 1).map((minute) => SOME_MINUTE + minute),
  user: fc.nat(50),
  version: fc.constantFrom('2.0.0', '2.1.0', '2.2.0', '10'),
  locale: fc.constantFrom('TX', 'NY', 'RU', '__proto__', '7'),
});

describe('mergeStates', () => {
  it('equals brute force, whatever the order and the partitions of the logins', () => {
    fc.assert(
      fc.property(fc.array(placedLogin, { maxLength: 300 }), (logins) => {
        const states = Array.from({ length: 4 }, () => new PartitionState(LIMITS));
        for (const { partition, minute, user, version, locale } of logins) {
          const counted = login({ user_id: userId(user), app_version: version, locale });
          states[partition]?.fold(counted, minute * MINUTE_MS, minute * MINUTE_MS);
        }
        const insights = merge(states);
        expect(insights.total).toBe(logins.length);
        expect(insights.locales).toEqual(bruteForce(logins.map(({ locale }) => locale)));
        expect(insights.appVersions).toEqual(bruteForce(logins.map(({ version }) => version)));
        const oldest = Math.max(0, ...logins.map(({ minute }) => minute)) - 1439;
        const minutes = bruteForce(logins.map(({ minute }) => String(minute)));
        expect(insights.traffic).toEqual(
          minutes
            .map(({ value, count }) => ({ minute: Number(value), count }))
            .filter(({ minute }) => minute >= oldest)
            .sort((a, b) => a.minute - b.minute),
        );
        const adopted = insights.versionsByHour.flatMap(({ versions }) => versions);
        const wholeHours = logins.filter(({ minute }) => Math.floor(minute / 60) * 60 >= oldest);
        expect(adopted.reduce((sum, { count }) => sum + count, 0)).toBe(wholeHours.length);
        const users = new Set(logins.map(({ user }) => user)).size;
        expect(Math.abs(insights.distinctUsers.estimate - users)).toBeLessThanOrEqual(2);
        expect(insights.expired + insights.invalid).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of the partitions', () => {
    const [a, b] = [stateOf([SOME_TIME_MS]), stateOf([SOME_TIME_MS, SOME_TIME_MS])];
    const forwards = new Map([
      [0, a],
      [1, b],
    ]);
    const backwards = new Map([
      [1, b],
      [0, a],
    ]);
    expect(mergeStates({ byPartition: backwards, due: new Map() }, 1000)).toEqual(
      mergeStates({ byPartition: forwards, due: new Map() }, 1000),
    );
  });

  it('shows only minutes that every partition still remembers', () => {
    const idle = stateOf([SOME_TIME_MS, SOME_TIME_MS + 720 * MINUTE_MS]);
    const busy = stateOf([SOME_TIME_MS, SOME_TIME_MS + 1440 * MINUTE_MS]);
    const { traffic, total } = merge([idle, busy]);
    expect(traffic.map(({ minute }) => minute - SOME_MINUTE)).toEqual([720, 1440]);
    expect(total).toBe(4);
  });

  it('is not held up by a partition that is idle or empty', () => {
    const { traffic } = merge([stateOf([SOME_TIME_MS]), new PartitionState(LIMITS)]);
    expect(traffic).toEqual([{ minute: SOME_MINUTE, count: 1 }]);
  });

  it('is complete when every partition contains what is due', () => {
    const complete = (due: readonly bigint[]): boolean =>
      mergeStates(
        { byPartition: new Map([[0, stateOf([SOME_TIME_MS])]]), due: new Map(due.entries()) },
        1000,
      ).complete;
    const { nextOffset } = stateOf([SOME_TIME_MS]);
    expect(complete([nextOffset, 0n])).toBe(true);
    expect(complete([nextOffset + 1n, 0n])).toBe(false);
    expect(complete([nextOffset, 1n])).toBe(false);
    expect(complete([])).toBe(false);
  });

  it('answers as of the next offsets and the newest record', () => {
    const { asOf } = merge([stateOf([SOME_TIME_MS, SOME_TIME_MS + 5]), new PartitionState(LIMITS)]);
    expect(asOf).toEqual({
      partitions: [
        { partition: 0, nextOffset: 2n },
        { partition: 1, nextOffset: 0n },
      ],
      timeMs: SOME_TIME_MS + 5,
    });
    expect(merge([]).asOf).toEqual({ partitions: [], timeMs: undefined });
  });

  it('bounds the union of values by count', () => {
    const states = ['TX', 'NY', 'RU', 'RU', 'NY', 'NY'].map((locale, partition) => {
      const state = new PartitionState(LIMITS);
      for (let logins = 0; logins <= partition; logins += 1) {
        state.fold(login({ locale }), SOME_TIME_MS, SOME_TIME_MS);
      }
      return state;
    });
    const byPartition = new Map(states.entries());
    expect(mergeStates({ byPartition, due: new Map() }, 1).locales).toEqual([
      { value: 'NY', count: 13 },
      { value: 'other', count: 8 },
    ]);
  });

  it('joins the sightings of a version', () => {
    const { versionSightings } = merge([stateOf([SOME_TIME_MS]), stateOf([SOME_TIME_MS + 7])]);
    expect(versionSightings).toEqual([
      { version: '2.0.0', firstSeenMs: SOME_TIME_MS, lastSeenMs: SOME_TIME_MS + 7 },
    ]);
  });

  it('estimates logins per user for the two newest days', () => {
    const day = 1440 * MINUTE_MS;
    const { loginsPerUserPerDay } = merge([
      stateOf([SOME_TIME_MS, SOME_TIME_MS + day]),
      stateOf([SOME_TIME_MS + 2 * day]),
    ]);
    const newest = Math.floor(SOME_TIME_MS / day) + 2;
    expect(loginsPerUserPerDay.map((each) => each.day)).toEqual([newest - 1, newest]);
    expect(loginsPerUserPerDay[0]?.users[0]).toEqual({ logins: '1', users: 1 });
  });
});

describe('mergeLedgers', () => {
  it('accounts for every record of every partition', () => {
    const state = stateOf([SOME_TIME_MS]);
    state.foldInvalid(SOME_TIME_MS);
    state.fold(login(), 0, SOME_TIME_MS);
    state.nextOffset = 3n;
    const byPartition = new Map([
      [1, state],
      [0, new PartitionState(LIMITS)],
    ]);
    const { partitions, complete } = mergeLedgers({
      byPartition,
      due: new Map([[1, 3n]]),
    });
    expect(complete).toBe(true);
    expect(partitions.map(({ partition }) => partition)).toEqual([0, 1]);
    expect(partitions[1]).toEqual({
      partition: 1,
      nextOffset: 3n,
      consumed: 3,
      counted: 1,
      expired: 1,
      invalid: 1,
      future: 0,
      unaccounted: 0,
    });
  });
});
