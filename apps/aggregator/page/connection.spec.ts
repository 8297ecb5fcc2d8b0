import { expect, it } from '@jest/globals';
import { freshness, STALE_AFTER_MS } from './connection.ts';

const NOW = 1_700_000_000_000;

it.each([
  [false, undefined, 'connecting'],
  [true, undefined, 'connecting'],
  [true, 0, 'live'],
  [true, STALE_AFTER_MS, 'live'],
  [true, STALE_AFTER_MS + 1, 'stale'],
  [false, 0, 'reconnecting'],
  [false, STALE_AFTER_MS, 'reconnecting'],
  [false, STALE_AFTER_MS + 1, 'stale'],
] as const)('connected: %s, last sign %s ms ago: %s', (connected, age, expected) => {
  const lastSignMs = age === undefined ? undefined : NOW - age;
  expect(freshness({ connected, lastSignMs }, NOW)).toBe(expected);
});
