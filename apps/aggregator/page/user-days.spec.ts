import { describe, expect, it } from '@jest/globals';
import { userSeries } from './user-days.ts';

const NOW = Date.parse('2026-12-01T10:30Z');

describe('userSeries', () => {
  it('has every day, with those who return where that is known', () => {
    const { units, lastIsPartial } = userSeries(
      [
        { day: '2026-11-29', estimate: 10, relativeError: 0.016 },
        {
          day: '2026-12-01',
          estimate: 8,
          relativeError: 0.016,
          returning: { estimate: 9, standardError: 2 },
        },
      ],
      NOW,
    );
    expect(units).toEqual([
      { timeMs: Date.parse('2026-11-29T00:00Z'), count: 10, part: undefined },
      { timeMs: Date.parse('2026-11-30T00:00Z'), count: 0 },
      { timeMs: Date.parse('2026-12-01T00:00Z'), count: 8, part: 8 },
    ]);
    expect(lastIsPartial).toBe(true);
  });

  it('is over with a day that is', () => {
    const days = [{ day: '2026-11-30', estimate: 10, relativeError: 0.016 }];
    expect(userSeries(days, NOW).lastIsPartial).toBe(false);
  });

  it('of nothing is empty', () => {
    expect(userSeries([], NOW).units).toEqual([]);
  });
});
