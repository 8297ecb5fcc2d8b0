import { expect, it } from '@jest/globals';
import { csvName } from './csv.ts';

it.each([
  ['traffic', 'last=7d', 'logins-traffic-7d.csv'],
  ['locales', 'day=2026-11-30', 'logins-locales-2026-11-30.csv'],
  ['users', '', 'logins-users-all-time.csv'],
] as const)('the rows of %s for "%s" are %s', (insight, period, name) => {
  expect(csvName(insight, period)).toBe(name);
});
