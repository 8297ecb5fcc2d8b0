import { expect, it } from '@jest/globals';
import { sinceText } from './since.ts';

it.each([
  [undefined, undefined, undefined],
  ['2026-12-01T10:00Z', undefined, 'Counted since 1 Dec 2026, 10:00 UTC.'],
  ['2026-12-01T10:00Z', '2026-11-24T11:00Z', 'Counted since 1 Dec 2026, 10:00 UTC.'],
  ['2026-12-01T10:00Z', '2026-12-01T10:00Z', undefined],
  ['2026-12-01T10:00Z', '2026-12-01T11:00Z', undefined],
])('since %s, of a period from %s on: %s', (since, from, text) => {
  expect(sinceText(since, from)).toBe(text);
});
