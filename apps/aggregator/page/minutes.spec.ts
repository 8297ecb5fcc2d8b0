import { describe, expect, it } from '@jest/globals';
import { fittingWindow, trafficSeries } from './minutes.ts';

const KNOWN = [
  { minute: '2024-12-17T18:40Z', count: 3 },
  { minute: '2024-12-17T18:47Z', count: 120 },
  { minute: '2024-12-17T18:49Z', count: 7 },
];

describe('trafficSeries', () => {
  it('fills the minutes without logins', () => {
    const { minutes } = trafficSeries(KNOWN, null, 3);
    expect(minutes).toEqual([
      { timeMs: Date.parse('2024-12-17T18:47Z'), count: 120 },
      { timeMs: Date.parse('2024-12-17T18:48Z'), count: 0 },
      { timeMs: Date.parse('2024-12-17T18:49Z'), count: 7 },
    ]);
  });

  it('starts with the first minute that is known', () => {
    expect(trafficSeries(KNOWN, null, 60).minutes).toHaveLength(10);
  });

  it.each([
    ['2024-12-17T18:49:59.999Z', true],
    ['2024-12-17T18:50:00.000Z', false],
    [null, true],
  ])('as of %s, that the last minute may still grow is %s', (asOf, partial) => {
    expect(trafficSeries(KNOWN, asOf, 60).lastIsPartial).toBe(partial);
  });

  it('of nothing is empty', () => {
    expect(trafficSeries([], null, 60)).toEqual({ minutes: [], lastIsPartial: false });
  });
});

describe('fittingWindow', () => {
  it.each([
    ['2024-12-17T18:48Z', 60],
    ['2024-12-17T17:50Z', 60],
    ['2024-12-17T17:49Z', 360],
    ['2024-12-17T12:49Z', 1440],
    ['2024-12-01T00:00Z', 1440],
  ])('from %s on is %i minutes', (first, window) => {
    expect(fittingWindow([{ minute: first, count: 1 }, ...KNOWN.slice(-1)])).toBe(window);
  });

  it('of nothing is the smallest', () => {
    expect(fittingWindow([])).toBe(60);
  });
});
