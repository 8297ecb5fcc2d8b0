import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundSnapshot } from '@login-pipeline/streams';
import { WHOLE } from '@login-pipeline/streams';
import { insightsAnswer } from '../http/answers.ts';
import { appVersions } from '../insights/app-versions/insight.ts';
import { CATALOGUE } from '../insights/catalogue.ts';
import type { Insight } from '../insights/insight.ts';
import { NOTHING } from '../insights/nothing.ts';
import { traffic } from '../insights/traffic/insight.ts';
import { minutesOf } from '../insights/traffic/minute-counts.ts';
import { liveBoard } from '../http/testing/app.ts';
import { MINUTES_PER_HOUR, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../utc.ts';
import { UnreadableError } from './envelope.ts';
import { readFormat1 } from './format-1.ts';
import { PartitionState } from './partition-state.ts';
import { LIMITS, login, snapshotOf, SOME_TIME_MS, userId } from './testing/logins.ts';
import { readSections } from './sections.ts';
import written from './testing/format-1.json' with { type: 'json' };

const NEWEST_MINUTE = Math.max(...Object.keys(written.minutes).map(Number));
/** What the format has of insights: all that came later begin with the next record. */
const HELD = new Set([
  'device-types',
  'locales',
  'app-versions',
  'traffic',
  'users',
  'logins-per-user',
]);
const LATER = (NEWEST_MINUTE + 1) * MS_PER_MINUTE;

/** As the release before sections has written it of 400 logins over two days. */
const SNAPSHOT: FoundSnapshot = {
  nextOffset: BigInt(written.nextOffset),
  writtenMs: LATER,
  sections: new Map([[WHOLE, Buffer.from(written.snapshot, 'base64')]]),
  missing: [],
};

function upgraded(bytes = Buffer.from(written.snapshot, 'base64')): PartitionState {
  const state = new PartitionState(LIMITS);
  expect(readFormat1(state, bytes, SNAPSHOT, LATER + MS_PER_DAY)).toEqual([]);
  return state;
}

describe('a snapshot of format 1', () => {
  it.each([
    ['as it is read', upgraded()],
    ['once it is written in sections', again(upgraded())],
  ])('goes on with all its totals, %s', (_when, state) => {
    const view = liveBoard([state]).view();
    const { total, expired, invalid } = written;
    expect(insightsAnswer(view)).toMatchObject({
      ...{ total, expired, invalid },
      deviceTypes: written.deviceTypes,
      appVersions: written.appVersions,
      locales: written.locales,
      distinctUsers: { estimate: written.distinctUsers },
      loginsPerUserPerDay: written.loginsPerUserPerDay.map(({ users, sampledUsers }) => ({
        users: Object.fromEntries(users.map((bucket) => [bucket.logins, bucket.users])),
        sampledUsers,
      })),
    });
    const minutes = minutesOf(view.asked(traffic)).map(({ minute, count }) => [minute, count]);
    expect(Object.fromEntries(minutes)).toEqual(written.minutes);
    const { always, cell } = view.asked(appVersions);
    expect([...always.seen].map(([version, seen]) => ({ version, ...seen }))).toEqual(
      expect.arrayContaining(written.sightings),
    );
    for (const [hour, versions] of Object.entries(written.hours)) {
      expect(Object.fromEntries(cell(Number(hour))?.counts ?? [])).toEqual(versions);
    }
  });

  it('says of each insight from when it has the hours', () => {
    const { insights } = upgraded();
    const nextHour = Math.floor(NEWEST_MINUTE / MINUTES_PER_HOUR) + 1;
    const oldestMinute = NEWEST_MINUTE - LIMITS.trafficRetentionMinutes + 1;
    const firstWholeHour = Math.ceil(oldestMinute / MINUTES_PER_HOUR);
    for (const [index, insight] of CATALOGUE.entries()) {
      const { sinceHour = 0, sinceMs } = insights[index] ?? {};
      const goesOn = insight === traffic || insight === appVersions;
      expect(sinceHour).toBe(goesOn ? firstWholeHour : nextHour);
      expect([insight.name, sinceMs === undefined]).toEqual([insight.name, HELD.has(insight.name)]);
    }
  });

  it('is complete in the hours that follow', () => {
    const state = upgraded();
    state.startBatch(Infinity);
    const nextHour = Math.floor(LATER / MS_PER_HOUR) + 1;
    state.fold(login({ user_id: userId(999) }), nextHour * MS_PER_HOUR, LATER + MS_PER_DAY);
    const board = liveBoard([state]);
    const period = (fromHour: number) => ({
      ...{ fromHour, toHour: nextHour + 1 },
      ...{ fromDay: Math.floor(nextHour / 24) + 1, toDay: Math.floor(nextHour / 24) + 2 },
    });
    expect(board.view(period(nextHour)).period).toMatchObject({ complete: true, total: 1 });
    expect(board.view(period(nextHour - 1)).period?.complete).toBe(false);
  });

  describe('that knows nothing of an insight of a later release', () => {
    const later: Insight<undefined> = {
      name: 'later',
      version: 1,
      always: NOTHING,
      fold: () => undefined,
      merging: {
        empty: () => undefined,
        addAlways: () => undefined,
        addCell: () => undefined,
        add: () => undefined,
      },
      routes: [],
    };
    beforeAll(() => void (CATALOGUE as Insight[]).push(later));
    afterAll(() => void (CATALOGUE as Insight[]).pop());

    it('has it begin with the next record', () => {
      const { insights, newestRecordMs } = upgraded();
      expect(insights.at(-1)?.sinceMs).toBe(newestRecordMs);
    });
  });

  const bytes = Buffer.from(written.snapshot, 'base64');
  it.each([
    ['cut off', bytes.subarray(0, 4), 'it has 4 bytes, and 5 at least are due'],
    ['damaged', bytes.subarray(0, -1), 'its checksum is wrong'],
    [
      'of another format',
      Buffer.concat([Buffer.from([3]), bytes.subarray(1)]),
      'its format is 3, this release reads 1 and 2',
    ],
  ])('is refused when it is %s', (_, damage, message) => {
    const read = () => readFormat1(new PartitionState(LIMITS), damage, SNAPSHOT, LATER);
    expect(read).toThrow(new UnreadableError(message));
  });
});

/**
 * What a release that believed every record without a timestamp made of two logins, one of 2100,
 * and one that then expired.
 */
const SPOILED = Buffer.from(
  'AZ5rWegLMggAgKqqqupfmE0V7GBgh7sdTgoGdtO72eHmB7sagF3sYg7gF7+aH05mdjcAAz+c3MAPfnFwAHNwB7842OFuJz87GLhf3B3jGtzGQXFccCC5YWPMMR1C' +
    '/JpaK4jshvp13ArcrMw36yJXAq5SJdSRCU3ojJ/b4RKN5+fpG2trrLGohhnCfTsF124K0HvE+5GQAETHJgBgmV6S/S/Eb6Fgnu+NTw4=',
  'base64',
);

describe('a snapshot of format 1 that one login of the future has spoiled', () => {
  const LATEST_MS = SOME_TIME_MS + MS_PER_HOUR;

  it('lets the next ones count again, and keeps every total', () => {
    const state = new PartitionState(LIMITS);
    expect(readFormat1(state, SPOILED, { ...SNAPSHOT, nextOffset: 5n }, LATEST_MS)).toEqual([
      'asOf',
      'traffic',
      'versionsByHour',
      'versionSightings',
      'dailyUsers',
    ]);
    expect(state.ledger()).toMatchObject({ consumed: 5, counted: 4, expired: 1 });
    const before = liveBoard([state]).view();
    expect(before.timeMs).toBeUndefined();
    expect(minutesOf(before.asked(traffic))).toEqual([]);

    const next = SOME_TIME_MS + MS_PER_MINUTE;
    state.startBatch(SOME_TIME_MS);
    state.fold(login({ user_id: userId(2) }), next, -1);
    state.fold(login({ user_id: userId(3) }), next - MS_PER_HOUR, next);
    expect(state.ledger()).toMatchObject({ counted: 6, expired: 1 });
    const view = liveBoard([state]).view();
    expect(view.timeMs).toBe(next);
    expect(minutesOf(view.asked(traffic))).toEqual([
      { minute: next / MS_PER_MINUTE - MINUTES_PER_HOUR, count: 1 },
      { minute: next / MS_PER_MINUTE, count: 1 },
    ]);
    expect(view.asked(appVersions).always.seen.get('2.0.0')).toMatchObject({ lastSeenMs: next });
    expect(view.asked(appVersions).always.seen.has('9.9.9')).toBe(false);
  });

  it('forgets nothing of a snapshot whose times can be', () => {
    expect(upgraded().ledger()).toMatchObject({ counted: written.total, future: 0 });
  });
});

function again(state: PartitionState): PartitionState {
  const found = new PartitionState(LIMITS);
  expect(readSections(found, snapshotOf(state))).toEqual([]);
  return found;
}
