import { expect, it } from '@jest/globals';
import { resultTable } from './report.ts';

const result = {
  name: 'kill',
  fault: 'kill -9',
  times: 3,
  records: 1_234,
  lost: 0,
  duplicated: 0,
  faults: [],
  restarts: 1,
  longestGapMs: 12_340,
  gapBoundMs: 40_000,
  seconds: 50,
};

it('shows a kept promise with its figures, and what is broken below the table', () => {
  const table = resultTable([result, { ...result, name: 'storm', faults: ['login-7: lost'] }]);
  const lines = table.split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[2]).toMatch(/\| kill +\|.* 3 .* 1,234 .* 12\.3 s .* 40\.0 s .* kept/);
  expect(lines[3]).toMatch(/storm .* BROKEN/);
  expect(lines[4]).toBe('storm: login-7: lost');
  expect(new Set(lines.slice(0, 4).map(({ length }) => length)).size).toBe(1);
});
