import { describe, expect, it } from '@jest/globals';
import { PartitionState } from '../insights/index.ts';
import { LIMITS, login, SOME_TIME_MS, stateOf } from '../insights/testing/logins.ts';
import { DISTRIBUTION, TRAFFIC } from './schemas.ts';
import { SharedAnswers } from './shared-answers.ts';
import { liveBoard } from './testing/app.ts';

const MINUTE_MS = 60_000;

/** Minutes with one to three logins, over midnight. */
function traffic(): PartitionState {
  const minutes = Array.from({ length: 400 }, (_, minute) => minute);
  return stateOf(
    minutes.flatMap((minute) =>
      Array.from({ length: 1 + ((minute * 7) % 3) }, () => SOME_TIME_MS + minute * MINUTE_MS),
    ),
  );
}

function values(): PartitionState {
  const state = new PartitionState(LIMITS);
  for (const [index, locale] of ['TX', 'CA"\\\n', 'TX', '東京', '__proto__', 'TX'].entries()) {
    state.fold(login({ locale }), SOME_TIME_MS + index, SOME_TIME_MS);
  }
  return state;
}

describe('SharedAnswers', () => {
  it('are made once for all who ask, until something changes', () => {
    const state = traffic();
    const board = liveBoard([state]);
    const answers = new SharedAnswers(board);
    const ask = () => [
      answers.insights(),
      answers.versions(),
      answers.ledger(),
      answers.distribution('locales', {}),
      answers.traffic({}),
    ];
    const before = ask();
    for (const [index, answer] of ask().entries()) expect(answer).toBe(before[index]);
    state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
    board.show(0, state);
    for (const [index, answer] of ask().entries()) expect(answer).not.toBe(before[index]);
  });

  it('are the same for questions that ask the same', () => {
    const answers = new SharedAnswers(liveBoard([traffic()]));
    const all = answers.traffic({ peaks: 400 });
    expect(answers.traffic({ peaks: 10_000 })).toBe(all);
    expect(answers.traffic({ peaks: 9_999, from: '2000-01-01T00:00Z' })).toBe(all);
    expect(answers.traffic({ peaks: 401, to: '2999-01-01T00:00:59.9Z' })).toBe(all);
    expect(answers.traffic({ peaks: 5 })).toBe(answers.traffic({}));
    const nothing = answers.traffic({ from: '2999-01-01T00:00Z' });
    expect(answers.traffic({ from: '2998-01-01T00:00Z', peaks: 77 })).toBe(nothing);
    expect(answers.distribution('locales', { limit: 10_000 })).toBe(
      answers.distribution('locales', {}),
    );
  });

  it('hold what was counted, however they are cut', () => {
    const answers = new SharedAnswers(liveBoard([traffic()]));
    const all = TRAFFIC.strict().parse(JSON.parse(String(answers.traffic({ peaks: 400 }).body)));
    expect(all.minutes).toHaveLength(400);
    expect(all.minutes[0]).toEqual({ minute: '2024-12-17T18:47Z', count: 1 });
    expect(all.minutes.at(-1)?.minute).toBe('2024-12-18T01:26Z');
    const [from, to] = ['2024-12-17T23:58Z', '2024-12-18T00:03Z'];
    const part = TRAFFIC.parse(JSON.parse(String(answers.traffic({ from, to, peaks: 3 }).body)));
    const inside = all.minutes.filter(({ minute }) => minute >= from && minute <= to);
    expect(part.minutes).toEqual(inside);
    expect(part.minutes).toHaveLength(6);
    expect(part.peaks).toEqual(inside.toSorted((a, b) => b.count - a.count).slice(0, 3));
  });

  it('hold values as they are', () => {
    const answers = new SharedAnswers(liveBoard([values()]));
    const { body } = answers.distribution('locales', { limit: 3 });
    expect(DISTRIBUTION.strict().parse(JSON.parse(String(body)))).toMatchObject({
      values: [
        { value: 'TX', count: 3 },
        { value: 'CA"\\\n', count: 1 },
        { value: '__proto__', count: 1 },
      ],
      omitted: { values: 1, count: 1 },
    });
  });
});
