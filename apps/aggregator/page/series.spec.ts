import { describe, expect, it } from '@jest/globals';
import { busiest, fittingWindow, HOUR_MS, MINUTE_MS, trafficSeries } from './series.ts';
import type { Traffic } from './series.ts';

const MINUTES = [
  { minute: '2024-12-17T18:40Z', count: 3 },
  { minute: '2024-12-17T18:47Z', count: 120 },
  { minute: '2024-12-17T18:49Z', count: 7 },
];
const NOW = Date.parse('2024-12-17T18:52:30Z');

function traffic(more: Partial<Traffic>, time: string | null = null): Traffic {
  return { complete: true, asOf: { partitions: {}, time }, peaks: [], ...more };
}

function period(from: string, to: string, complete = true): Pick<Traffic, 'period'> {
  return { period: { from, to, complete, userDays: { from, to } } };
}

describe('the traffic of all time', () => {
  it('has the minutes without logins too', () => {
    const { units, unitMs } = trafficSeries(traffic({ minutes: MINUTES }), 3, NOW);
    expect(unitMs).toBe(MINUTE_MS);
    expect(units).toEqual([
      { timeMs: Date.parse('2024-12-17T18:47Z'), count: 120 },
      { timeMs: Date.parse('2024-12-17T18:48Z'), count: 0 },
      { timeMs: Date.parse('2024-12-17T18:49Z'), count: 7 },
    ]);
  });

  it('starts with the first minute that is known', () => {
    expect(trafficSeries(traffic({ minutes: MINUTES }), 60, NOW).units).toHaveLength(10);
  });

  it.each([
    ['2024-12-17T18:49:59.999Z', true],
    ['2024-12-17T18:50:00.000Z', false],
    [null, true],
  ])('as of %s, that the last minute may still grow is %s', (time, partial) => {
    expect(trafficSeries(traffic({ minutes: MINUTES }, time), 60, NOW).lastIsPartial).toBe(partial);
  });

  it('of nothing is empty', () => {
    const { units, lastIsPartial } = trafficSeries(traffic({ minutes: [] }), 60, NOW);
    expect([units, lastIsPartial]).toEqual([[], false]);
  });
});

describe('the traffic of a period', () => {
  it('reaches from its begin to now', () => {
    const answer = traffic({
      minutes: MINUTES,
      ...period('2024-12-17T18:00Z', '2024-12-17T19:00Z'),
    });
    const { units, endMs, lastIsPartial } = trafficSeries(answer, 60, NOW);
    expect(units).toHaveLength(53);
    expect(endMs).toBe(Date.parse('2024-12-17T19:00Z'));
    expect(units.at(0)?.timeMs).toBe(Date.parse('2024-12-17T18:00Z'));
    expect(units.at(-1)).toEqual({ timeMs: Date.parse('2024-12-17T18:52Z'), count: 0 });
    expect(lastIsPartial).toBe(true);
  });

  it('is whole when it is over, in hours', () => {
    const hours = [{ hour: '2024-12-16T18:00Z', count: 9 }];
    const answer = traffic({ hours, ...period('2024-12-16T00:00Z', '2024-12-17T00:00Z') });
    const { units, unitMs, lastIsPartial } = trafficSeries(answer, 60, NOW);
    expect([units.length, unitMs, lastIsPartial]).toEqual([24, HOUR_MS, false]);
    expect(units[18]?.count).toBe(9);
  });

  it('begins with what is kept', () => {
    const hours = [{ hour: '2024-12-16T18:00Z', count: 9 }];
    const answer = traffic({ hours, ...period('2024-12-16T00:00Z', '2024-12-17T00:00Z', false) });
    expect(trafficSeries(answer, 60, NOW).units).toHaveLength(6);
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
    expect(fittingWindow([{ minute: first, count: 1 }, ...MINUTES.slice(-1)])).toBe(window);
  });

  it('of nothing is the smallest', () => {
    expect(fittingWindow([])).toBe(60);
  });
});

it('the busiest units are those with the most, the later of equals first', () => {
  const units = [5, 0, 9, 5].map((count, timeMs) => ({ timeMs, count }));
  expect(busiest(units, 2)).toEqual([
    { timeMs: 2, count: 9 },
    { timeMs: 3, count: 5 },
  ]);
  expect(busiest(units, 9)).toHaveLength(3);
});
