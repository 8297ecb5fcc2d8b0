import { describe, expect, it } from '@jest/globals';
import { liveBoard } from './http/testing/app.ts';
import { insightsLogLines, LogPacing } from './insights-log-lines.ts';
import { PartitionState } from './state/partition-state.ts';
import { LIMITS, login, SOME_TIME_MS } from './state/testing/logins.ts';

function linesOf(state: PartitionState): string[] {
  return insightsLogLines(liveBoard([state]).view());
}

describe('insightsLogLines', () => {
  it('has the four forms of the first edition', () => {
    const state = new PartitionState(LIMITS);
    const logins = [
      { device_type: 'android', app_version: '2.3.0', locale: 'TX', minute: 1 },
      { device_type: 'iOS', app_version: '2.2.0', locale: 'NY', minute: 1 },
      { device_type: 'android', app_version: '2.3.0', locale: 'TX', minute: 0 },
    ];
    for (const { minute, ...members } of logins) {
      const timeMs = SOME_TIME_MS + minute * 60_000;
      state.fold(login(members), timeMs, timeMs);
    }
    expect(linesOf(state)).toEqual([
      "Insights so far: {'device_type:android': 2, 'device_type:iOS': 1}",
      "Insights on App Versions: {'2.3.0': 2, '2.2.0': 1}",
      "Insights on Locales: {'TX': 2, 'NY': 1}",
      'Peak Traffic Insights:',
      '2024-12-17 18:47: 1 messages',
      '2024-12-17 18:48: 2 messages',
    ]);
  });

  it('escapes what would break a line or its quotes', () => {
    const state = new PartitionState(LIMITS);
    state.fold(login({ locale: "O'\n\\\u2028" }), SOME_TIME_MS, SOME_TIME_MS);
    expect(linesOf(state)[2]).toBe("Insights on Locales: {'O\\'\\u000a\\\\\\u2028': 1}");
  });

  it('shows the most frequent values only', () => {
    const state = new PartitionState(LIMITS);
    for (let version = 0; version < 21; version += 1) {
      state.fold(login({ app_version: `v${version}` }), SOME_TIME_MS, SOME_TIME_MS);
    }
    expect(linesOf(state)[1]).toMatch(/'v8': 1, \.\.\.}$/);
  });
});

describe('LogPacing', () => {
  it.each([
    [
      'after enough logins',
      [
        [9, 0],
        [10, 1],
        [19, 5000],
        [20, 5001],
      ],
      [false, true, false, true],
    ],
    [
      'at most once a second',
      [
        [10, 0],
        [500, 999],
        [500, 1000],
        [500, 9000],
      ],
      [true, false, true, false],
    ],
  ])('is due %s', (_name, asked, due) => {
    const pacing = new LogPacing(10);
    expect(asked.map(([total = 0, nowMs = 0]) => pacing.isDue(total, nowMs))).toEqual(due);
  });
});
