import { expect, it } from '@jest/globals';
import { csvName } from './csv.ts';

it.each([
  ['insights/traffic', 'last=7d', 'logins-traffic-7d.csv'],
  ['insights/locales', 'day=2026-11-30', 'logins-locales-2026-11-30.csv'],
  ['insights/users', '', 'logins-users-all-time.csv'],
] as const)('the rows of %s for "%s" are %s', (route, period, name) => {
  expect(csvName(route, period)).toBe(name);
});
