import { expect, it } from '@jest/globals';
import { brokenPromises, catchTable, resultTable } from './report.ts';

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
const broken = { ...result, name: 'storm', faults: ['login-7: lost'] };

it('shows a kept promise with its figures, and which was broken', () => {
  const lines = resultTable([result, broken]).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[2]).toMatch(/\| kill +\|.* 3 .* 1,234 .* 12\.3 s .* 40\.0 s .* kept/);
  expect(lines[3]).toMatch(/storm .* BROKEN/);
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  expect(brokenPromises([result, broken])).toEqual(['storm: login-7: lost']);
});

it('shows how a planted bug was found, or that it was not', () => {
  const bug = { name: 'b', bug: 'is bad', scenario: 'kill', lost: 7, duplicated: 0, seconds: 9.6 };
  const lines = catchTable([
    { ...bug, found: 'login-7: lost' },
    { ...bug, found: undefined },
  ]).split('\n');
  expect(lines[2]).toMatch(/\| b .* is bad .* kill .* login-7: lost .* 7 .* 0 .* 10 s/);
  expect(lines[3]).toContain('NOT CAUGHT');
});
