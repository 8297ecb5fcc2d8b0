import { describe, expect, it } from '@jest/globals';
import { VERSIONS_QUESTION } from './adoption.ts';
import { pathOf, questionsAbout } from './asking.ts';
import { TRAFFIC_QUESTION } from './series.ts';

const OF_CARDS = [TRAFFIC_QUESTION, VERSIONS_QUESTION];

describe('questions of the page', () => {
  it('are about the period, the insights first', () => {
    expect(questionsAbout('last=30d', OF_CARDS).map(({ path }) => path)).toEqual([
      'insights?last=30d',
      ...OF_CARDS.map((question) => pathOf(question, 'last=30d')),
    ]);
  });

  it('about all time are those of cards alone: the stream has the insights', () => {
    expect(questionsAbout('', OF_CARDS).map(({ route }) => route)).toEqual(
      OF_CARDS.map(({ route }) => route),
    );
  });

  it('are asked less often where an answer has many hours that stay as they are', () => {
    expect(VERSIONS_QUESTION.soonMs('last=24h')).toBe(15_000);
    expect(VERSIONS_QUESTION.soonMs('last=30d')).toBe(60_000);
  });

  it.each([
    ['', 'insights/traffic'],
    ['last=1h', 'insights/traffic?last=1h'],
    ['last=24h', 'insights/traffic?last=24h'],
    ['last=7d', 'insights/traffic?last=7d&resolution=hour'],
    ['day=2026-11-30', 'insights/traffic?day=2026-11-30'],
  ] as const)('of the traffic of "%s" is %s', (period, path) => {
    expect(pathOf(TRAFFIC_QUESTION, period)).toBe(path);
  });
});
