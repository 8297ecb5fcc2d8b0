import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { forgetFuture } from './forget-future.ts';
import { mergeStates } from './merge-states.ts';
import { PartitionState } from './partition-state.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
import { LIMITS, login, SOME_MINUTE, SOME_TIME_MS, stateOf, userId } from './testing/logins.ts';

const LATEST_MS = SOME_TIME_MS + 3_600_000;
const YEAR_2100 = Date.UTC(2100);

/** What a release that believed every record without a timestamp made of them; no clock bounds this fold. */
function spoiled(before: readonly number[], time: number): PartitionState {
  const state = stateOf(before);
  state.fold(login({ app_version: '9.9.9' }), time, time);
  state.fold(login(), time, -1);
  state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
  return decodeSnapshot(encodeSnapshot(state), LIMITS);
}

const insightsOf = (state: PartitionState) =>
  mergeStates({ byPartition: new Map([[0, state]]), due: new Map() }, 1_000);

describe('a state that one login of the future has spoiled', () => {
  it.each([
    ['2100', YEAR_2100],
    ['microseconds', SOME_TIME_MS * 1_000],
    ['the end of time', 8.64e15],
    ['tomorrow', SOME_TIME_MS + 86_400_000],
  ])('counts the next ones again: %s', (_name, time) => {
    const state = spoiled([SOME_TIME_MS - 60_000, SOME_TIME_MS], time);
    const { ledger, total, deviceTypes, appVersions } = {
      ...insightsOf(state),
      ledger: state.ledger(),
    };
    expect(forgetFuture(state, LATEST_MS)).toEqual(
      expect.arrayContaining([
        'asOf',
        'traffic',
        'versionsByHour',
        'versionSightings',
        'dailyUsers',
      ]),
    );
    expect({ ...insightsOf(state), ledger: state.ledger() }).toMatchObject({
      ...{ ledger, total, deviceTypes, appVersions },
    });

    state.startBatch(SOME_TIME_MS);
    const next = SOME_TIME_MS + 60_000;
    state.fold(login({ user_id: userId(2) }), next, -1);
    state.fold(login({ user_id: userId(3) }), next - 3_600_000, next);
    const insights = insightsOf(state);
    expect(state.ledger()).toMatchObject({ counted: ledger.counted + 2, expired: ledger.expired });
    expect(state.traffic.newest).toBe(SOME_MINUTE + 1);
    expect(insights.asOf.timeMs).toBe(next);
    expect(insights.versionSightings).toEqual([
      expect.objectContaining({ version: '2.0.0', lastSeenMs: next }),
    ]);
    expect(insights.loginsPerUserPerDay.map(({ day }) => day)).toEqual([
      Math.floor(SOME_MINUTE / 1440),
    ]);
  });

  it('is the same once more after a snapshot, and has nothing left to forget', () => {
    const state = spoiled([SOME_TIME_MS], YEAR_2100);
    forgetFuture(state, LATEST_MS);
    const restored = decodeSnapshot(encodeSnapshot(state), LIMITS);
    expect(forgetFuture(restored, LATEST_MS)).toEqual([]);
    expect(insightsOf(restored)).toEqual(insightsOf(state));
  });

  it('keeps the minutes that can have been', () => {
    const state = new PartitionState(LIMITS);
    for (const minutes of [0, 1, 300]) state.fold(login(), SOME_TIME_MS + minutes * 60_000, -1);
    expect(forgetFuture(state, LATEST_MS)).toContain('traffic');
    expect(insightsOf(state).traffic.map(({ minute }) => minute - SOME_MINUTE)).toEqual([0, 1]);
  });

  it('loses nothing when there is nothing of the future', () => {
    const times = fc.array(fc.integer({ min: 0, max: LATEST_MS }));
    fc.assert(
      fc.property(times, (all) => {
        const state = stateOf(all);
        const before = encodeSnapshot(state);
        expect(forgetFuture(state, LATEST_MS)).toEqual([]);
        expect(encodeSnapshot(state)).toEqual(before);
      }),
    );
  });
});
