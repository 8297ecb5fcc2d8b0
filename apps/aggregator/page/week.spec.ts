import { describe, expect, it } from '@jest/globals';
import { besideOf, countedSpan, weekOf, WEEKDAYS } from './week.ts';

/** A login on Tuesday at 10, four on Sunday at 23. */
const HOURS = [
  { weekday: 2, hour: 10, count: 1 },
  { weekday: 7, hour: 23, count: 4 },
];
const WEEK = { from: '2026-11-24T11:00Z', to: '2026-12-01T10:30Z' };

describe('weekOf', () => {
  it('has all hours, from Monday to Sunday', () => {
    const { days, busiest } = weekOf(HOURS, undefined);
    expect(days.map((hours) => hours.length)).toEqual(WEEKDAYS.map(() => 24));
    expect(days[1]?.[10]).toMatchObject({ weekday: 1, hour: 10, count: 1, step: 2 });
    expect(days[6]?.[23]).toMatchObject({ weekday: 6, hour: 23, count: 4, step: 5 });
    expect(days[0]?.[0]?.step).toBe(0);
    expect(busiest).toBe(days[6]?.[23]);
  });

  it('has steps that are as the legend says', () => {
    const { bounds } = weekOf([{ weekday: 1, hour: 0, count: 99 }], undefined);
    expect(bounds).toEqual([19, 39, 59, 79, 99]);
    for (const [index, bound] of bounds.entries()) {
      const { days } = weekOf(
        [bound, bound + 1, 99].map((count, hour) => ({ weekday: 1, hour, count })),
        undefined,
      );
      expect(days[0]?.[0]?.step).toBe(index + 1);
      if (bound < 99) expect(days[0]?.[1]?.step).toBe(index + 2);
    }
  });

  it('has every hour once in 7 days', () => {
    const { days, isAverage } = weekOf(HOURS, WEEK);
    expect(days.flat().every(({ times }) => times === 1)).toBe(true);
    expect(isAverage).toBe(false);
  });

  it('compares averages where an hour comes more often than another', () => {
    const { days, isAverage, busiest } = weekOf(
      [
        { weekday: 1, hour: 9, count: 10 },
        { weekday: 2, hour: 9, count: 12 },
      ],
      { from: '2026-11-24T00:00Z', to: '2026-12-02T00:00Z' },
    );
    expect(isAverage).toBe(true);
    expect(days[1]?.[9]).toMatchObject({ times: 2, count: 12, height: 6, step: 3 });
    expect(busiest).toMatchObject({ weekday: 0, hour: 9, height: 10 });
  });

  it('tells an hour without logins from one that the period does not have', () => {
    const { days } = weekOf([{ weekday: 1, hour: 9, count: 3 }], {
      from: '2026-11-30T00:00Z',
      to: '2026-12-01T00:00Z',
    });
    expect(days[0]?.[8]?.step).toBe(0);
    expect(days[1]?.[8]?.step).toBeUndefined();
  });

  it('of nothing has no steps', () => {
    const { days, busiest } = weekOf([], WEEK);
    expect(busiest).toBeUndefined();
    expect(days.flat().every(({ step }) => step === 0)).toBe(true);
  });
});

describe('countedSpan', () => {
  const now = Date.parse('2026-12-01T10:30Z');
  const period = {
    ...{ from: '2026-11-24T11:00Z', to: '2026-12-01T11:00Z', complete: true },
    userDays: { from: '2026-11-25', to: '2026-12-01' },
  };

  it('ends now', () => {
    const { from = '', to = '' } = countedSpan({ period }, now) ?? {};
    expect([Date.parse(from), Date.parse(to)]).toEqual([Date.parse(period.from), now]);
  });

  it('begins when counting did', () => {
    const since = '2026-11-30T00:00Z';
    const { from = '' } = countedSpan({ period: { ...period, complete: false }, since }, now) ?? {};
    expect(Date.parse(from)).toBe(Date.parse(since));
  });

  it('is not known of all time, nor of a period that begins before what is kept', () => {
    expect(countedSpan({}, now)).toBeUndefined();
    expect(countedSpan({ period: { ...period, complete: false } }, now)).toBeUndefined();
  });
});

describe('besideOf', () => {
  it.each([
    ['ArrowUp', [0, 22]],
    ['ArrowDown', [2, 22]],
    ['ArrowLeft', [1, 21]],
    ['ArrowRight', [1, 23]],
    ['Home', [1, 0]],
    ['End', [1, 23]],
  ])('%s leads to %p', (key, [weekday, hour]) => {
    expect(besideOf({ weekday: 1, hour: 22 }, key)).toEqual({ weekday, hour });
  });

  it('stays within the week, and leaves other keys alone', () => {
    expect(besideOf({ weekday: 0, hour: 0 }, 'ArrowUp')).toEqual({ weekday: 0, hour: 0 });
    expect(besideOf({ weekday: 6, hour: 23 }, 'ArrowDown')).toEqual({ weekday: 6, hour: 23 });
    expect(besideOf({ weekday: 6, hour: 23 }, 'ArrowRight')).toEqual({ weekday: 6, hour: 23 });
    expect(besideOf({ weekday: 0, hour: 0 }, 'Tab')).toBeUndefined();
  });
});
