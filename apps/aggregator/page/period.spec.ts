import { describe, expect, it } from '@jest/globals';
import {
  dayAfter,
  dayOf,
  isDay,
  lastOf,
  periodName,
  periodOf,
  searchOf,
  withPeriod,
} from './period.ts';

describe('the period of an address', () => {
  it.each([
    ['', ''],
    ['?last=7d', 'last=7d'],
    ['?x=1&last=1h', 'last=1h'],
    ['?day=2026-11-30', 'day=2026-11-30'],
    ['?day=2028-02-29', 'day=2028-02-29'],
    ['?last=7d&day=2026-11-30', 'last=7d'],
    ['?last=7days', ''],
    ['?last=', ''],
    ['?day=2026-02-30', ''],
    ['?day=2026-13-01', ''],
    ['?day=2026-1-1', ''],
    ['?day=yesterday', ''],
  ])('%s is %s', (search, period) => {
    expect(periodOf(search)).toBe(period);
  });

  it.each([
    ['last=7d', '', '?last=7d'],
    ['last=7d', '?day=2026-11-30', '?last=7d'],
    ['', '?last=24h', ''],
    ['', '?last=24h&x=1', '?x=1'],
    ['day=2026-11-30', '?last=24h&x=1', '?day=2026-11-30&x=1'],
  ] as const)('%s, chosen at %s, is %s', (period, search, expected) => {
    expect(searchOf(period, search)).toBe(expected);
    expect(periodOf(expected)).toBe(period);
  });
});

describe('a period', () => {
  it('is the query of a question, beside another', () => {
    expect(withPeriod('insights', '')).toBe('insights');
    expect(withPeriod('insights', 'last=7d')).toBe('insights?last=7d');
    expect(withPeriod('traffic?peaks=3', 'last=7d')).toBe('traffic?peaks=3&last=7d');
  });

  it('has a name', () => {
    expect((['', 'last=1h', 'last=30d', 'day=2026-11-30'] as const).map(periodName)).toEqual([
      'All time',
      'Last hour',
      'Last 30 days',
      '30 Nov 2026',
    ]);
  });

  it('ends now or is a day', () => {
    expect([lastOf('last=24h'), lastOf('day=2026-11-30'), lastOf('')]).toEqual([
      '24h',
      undefined,
      undefined,
    ]);
    expect([dayOf('day=2026-11-30'), dayOf('last=24h'), dayOf('')]).toEqual([
      '2026-11-30',
      undefined,
      undefined,
    ]);
  });
});

describe('days', () => {
  it('go on over the ends of months', () => {
    expect([dayAfter('2026-11-30', 1), dayAfter('2028-03-01', -1)]).toEqual([
      '2026-12-01',
      '2028-02-29',
    ]);
  });

  it('are those of the calendar', () => {
    expect(['2026-11-30', '2026-11-31', '', 'abcd-ef-gh'].map(isDay)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
