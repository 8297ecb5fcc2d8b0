import { describe, expect, it } from '@jest/globals';
import { changeOf, isUnderway, spanOfDays } from './change.ts';

describe('changeOf', () => {
  it.each([
    [112, 100, { direction: 'up', text: '12.0%' }],
    [88, 100, { direction: 'down', text: '12.0%' }],
    [0, 100, { direction: 'down', text: '100%' }],
    [100, 100, { direction: 'same', text: '0%' }],
    [10_001, 10_000, { direction: 'up', text: '<0.1%' }],
    [250, 100, { direction: 'up', text: '150.0%' }],
    [2_500, 100, { direction: 'up', text: '25 times' }],
  ])('from %i before, %i are %p', (now, before, expected) => {
    expect(changeOf(now, before)).toEqual(expected);
  });

  it('cannot tell a share of nothing', () => {
    expect(changeOf(5, 0)).toBeUndefined();
  });
});

describe('isUnderway', () => {
  const hour = { from: '2026-12-01T10:00Z', to: '2026-12-01T11:00Z' };

  it.each([
    ['2026-12-01T10:02Z', true],
    ['2026-12-01T10:56Z', true],
    ['2026-12-01T10:57Z', false],
    ['2026-12-02T00:00Z', false],
  ])('at %s of an hour from 10:00 on is %s', (now, expected) => {
    expect(isUnderway(hour, Date.parse(now))).toBe(expected);
  });

  it('takes days to their end', () => {
    const week = spanOfDays({ from: '2026-11-25', to: '2026-12-01' });
    expect(Date.parse(week.to)).toBe(Date.parse('2026-12-02T00:00Z'));
    expect(isUnderway(week, Date.parse('2026-12-01T12:00Z'))).toBe(true);
    expect(isUnderway(week, Date.parse('2026-12-01T23:00Z'))).toBe(false);
  });
});
