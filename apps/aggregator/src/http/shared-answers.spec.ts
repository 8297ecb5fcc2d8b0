import { describe, expect, it } from '@jest/globals';
import { PartitionState } from '../state/partition-state.ts';
import { LIMITS, login, SOME_TIME_MS, stateOf } from '../state/testing/logins.ts';
import type { CachedAnswer } from './answer-cache.ts';
import { INSIGHT_ROUTES, SharedAnswers } from './shared-answers.ts';
import type { RouteQuery } from './shared-answers.ts';
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

function answersOf(states: readonly PartitionState[]): {
  readonly answers: SharedAnswers;
  readonly ask: (path: string, query?: RouteQuery) => CachedAnswer;
} {
  const answers = new SharedAnswers(liveBoard(states), () => SOME_TIME_MS);
  return {
    answers,
    ask: (path, query = {}) => {
      const route = INSIGHT_ROUTES.get(path);
      if (route === undefined) throw new Error(`there is no route ${path}`);
      return answers.of(route, query, 'json');
    },
  };
}

interface TrafficAnswer {
  readonly minutes: readonly { readonly minute: string; readonly count: number }[];
  readonly peaks: TrafficAnswer['minutes'];
}

describe('SharedAnswers', () => {
  it('are made once for all who ask, until something changes', () => {
    const state = traffic();
    const board = liveBoard([state]);
    const answers = new SharedAnswers(board, () => SOME_TIME_MS);
    const ask = () => [
      answers.insights(),
      answers.insights({ last: '24h' }),
      answers.ledger(),
      ...[...INSIGHT_ROUTES.values()].flatMap((route) => [
        answers.of(route, {}, 'json'),
        answers.of(route, { last: '7d' }, 'json'),
        answers.of(route, {}, 'csv'),
      ]),
    ];
    const before = ask();
    for (const [index, answer] of ask().entries()) expect(answer).toBe(before[index]);
    state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
    board.show(0, state);
    for (const [index, answer] of ask().entries()) expect(answer).not.toBe(before[index]);
  });

  it('are the same for questions that ask the same', () => {
    const { ask } = answersOf([traffic()]);
    const all = ask('traffic', { peaks: 400 });
    expect(ask('traffic', { peaks: 10_000 })).toBe(all);
    expect(ask('traffic', { peaks: 9_999, from: '2000-01-01T00:00Z' })).toBe(all);
    expect(ask('traffic', { peaks: 401, to: '2999-01-01T00:00:59.9Z' })).toBe(all);
    expect(ask('traffic', { peaks: 5 })).toBe(ask('traffic'));
    const nothing = ask('traffic', { from: '2999-01-01T00:00Z' });
    expect(ask('traffic', { from: '2998-01-01T00:00Z', peaks: 77 })).toBe(nothing);
    expect(ask('locales', { limit: 10_000 })).toBe(ask('locales'));
  });

  it('hold what was counted, however they are cut', () => {
    const { ask } = answersOf([traffic()]);
    const read = (query: RouteQuery) =>
      JSON.parse(String(ask('traffic', query).body)) as TrafficAnswer;
    const all = read({ peaks: 400 });
    expect(all.minutes).toHaveLength(400);
    expect(all.minutes[0]).toEqual({ minute: '2024-12-17T18:47Z', count: 1 });
    expect(all.minutes.at(-1)?.minute).toBe('2024-12-18T01:26Z');
    const [from, to] = ['2024-12-17T23:58Z', '2024-12-18T00:03Z'];
    const part = read({ from, to, peaks: 3 });
    const inside = all.minutes.filter(({ minute }) => minute >= from && minute <= to);
    expect(part.minutes).toEqual(inside);
    expect(part.minutes).toHaveLength(6);
    expect(part.peaks).toEqual(inside.toSorted((a, b) => b.count - a.count).slice(0, 3));
  });

  it('hold values as they are', () => {
    const { ask } = answersOf([values()]);
    const { body } = ask('locales', { limit: 3 });
    expect(JSON.parse(String(body))).toMatchObject({
      values: [
        { value: 'TX', count: 3 },
        { value: 'CA"\\\n', count: 1 },
        { value: '__proto__', count: 1 },
      ],
      omitted: { values: 1, count: 1 },
    });
  });
});
