import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { PAGE_FILE, readFigures, withFigures } from './docs.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { SCENARIOS } from './scenarios/index.ts';

const figures = readFigures();

it('keeps the tables of docs/guarantees.md as the runs wrote them', () => {
  const page = readFileSync(PAGE_FILE, 'utf8');
  expect(withFigures(page, figures)).toBe(page);
});

it('has a figure for every scenario and every planted bug, as it is now', () => {
  const faults = (rows: readonly { name: string; fault: string }[]): readonly string[] =>
    rows.map(({ name, fault }) => `${name}: ${fault}`);
  expect(faults(figures.scenarios)).toEqual(faults(SCENARIOS));
  expect(figures.planted.map(({ name, bug }) => ({ name, bug }))).toEqual(
    PLANTED_BUGS.map(({ name, bug }) => ({ name, bug })),
  );
});

it('shows no promise that was broken, and no bug that was missed', () => {
  expect(figures.scenarios.flatMap(({ faults }) => faults)).toEqual([]);
  const slow = figures.scenarios.filter(({ name, longestGapMs }) => {
    return longestGapMs > (SCENARIOS.find((it) => it.name === name)?.gapBoundMs ?? 0);
  });
  expect(slow).toEqual([]);
  expect(figures.planted.filter(({ found }) => found === undefined)).toEqual([]);
});
