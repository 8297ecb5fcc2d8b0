import { describe, expect, it } from '@jest/globals';
import { ROUTES, trafficPath } from './routes.ts';

describe('routes', () => {
  it('are asked about the period', () => {
    expect(ROUTES.map(({ path }) => path('last=30d'))).toEqual([
      'insights?last=30d',
      'insights/traffic?last=30d&resolution=hour',
      'insights/users?last=30d',
      'insights/week-hours?last=30d',
      'insights/versions?last=30d',
    ]);
  });

  it('are asked less often where an answer has many hours that stay as they are', () => {
    const versions = ROUTES.find(({ part }) => part === 'versions');
    expect(versions?.soonMs('last=24h')).toBe(15_000);
    expect(versions?.soonMs('last=30d')).toBe(60_000);
  });

  it.each([
    ['', 'insights/traffic'],
    ['last=1h', 'insights/traffic?last=1h'],
    ['last=24h', 'insights/traffic?last=24h'],
    ['last=7d', 'insights/traffic?last=7d&resolution=hour'],
    ['day=2026-11-30', 'insights/traffic?day=2026-11-30'],
  ] as const)('of the traffic of "%s" is %s', (period, path) => {
    expect(trafficPath(period)).toBe(path);
  });
});
