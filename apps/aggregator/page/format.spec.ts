import { describe, expect, it } from '@jest/globals';
import {
  clock,
  compact,
  dayAndClock,
  dayText,
  duration,
  percent,
  rate,
  shareOf,
  tenths,
  whole,
} from './format.ts';

describe('numbers', () => {
  it.each([
    [whole, 1_234_567, '1,234,567'],
    [compact, 950, '950'],
    [compact, 1_234_567, '1.2M'],
    [tenths, 1_234.56, '1,234.6'],
    [rate, 0, '0'],
    [rate, 3.14159, '3.1'],
    [rate, 123.4, '123'],
    [percent, 0, '0%'],
    [percent, 0.0004, '<0.1%'],
    [percent, 0.1234, '12.3%'],
    [percent, 0.9996, '>99.9%'],
    [percent, 1, '100%'],
  ])('%p of %d is %s', (format, value, text) => {
    expect(format(value)).toBe(text);
  });

  it('calls the share of nothing 0', () => {
    expect(shareOf(0, 0)).toBe(0);
    expect(shareOf(1, 4)).toBe(0.25);
  });
});

describe('times', () => {
  it.each([
    [-500, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [7_200_000, '2 h'],
    [200_000_000, '2 d'],
  ])('%d ms are %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('are shown in UTC', () => {
    const time = Date.parse('2024-12-17T18:47:59.999Z');
    expect([clock(time), dayText(time), dayAndClock(time)]).toEqual([
      '18:47',
      '17 Dec',
      '17 Dec, 18:47',
    ]);
  });
});
