import { describe, expect, it } from '@jest/globals';
import { ROUTES, trafficPath } from './routes.ts';

const NOW = Date.parse('2026-12-01T10:42Z');

describe('routes', () => {
  it('are asked about the period', () => {
    expect(ROUTES.map(({ path }) => path('last=30d', NOW))).toEqual([
      'insights?last=30d',
      'insights/traffic?last=30d&resolution=hour',
      'insights/users?last=30d',
      'insights/week-hours?last=30d',
      'insights/versions?last=30d',
    ]);
  });

  it.each([
    ['', 'insights/traffic'],
    ['last=1h', 'insights/traffic?last=1h'],
    ['last=24h', 'insights/traffic?last=24h'],
    ['last=7d', 'insights/traffic?last=7d&resolution=hour'],
    ['day=2026-12-01', 'insights/traffic?day=2026-12-01'],
    ['day=2026-11-30', 'insights/traffic?day=2026-11-30&resolution=hour'],
  ] as const)('of the traffic of "%s" is %s', (period, path) => {
    expect(trafficPath(period, NOW)).toBe(path);
  });
});
