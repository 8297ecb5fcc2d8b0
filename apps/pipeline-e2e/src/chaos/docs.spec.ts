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

it('has figures only of scenarios and planted bugs as they are now, each once', () => {
  const existing = [
    ...SCENARIOS.map(({ name, fault }) => `${name}: ${fault}`),
    ...PLANTED_BUGS.map(({ name, bug }) => `${name}: ${bug}`),
  ];
  const shown = [
    ...figures.scenarios.map(({ name, fault }) => `${name}: ${fault}`),
    ...figures.planted.map(({ name, bug }) => `${name}: ${bug}`),
  ];
  expect(existing).toEqual(expect.arrayContaining(shown));
  expect(new Set(shown).size).toBe(shown.length);
});

it('names those that it has no figures of', () => {
  const page = withFigures(readFileSync(PAGE_FILE, 'utf8'), { scenarios: [], planted: [] });
  for (const { name } of [...SCENARIOS, ...PLANTED_BUGS]) expect(page).toContain(`\`${name}\``);
});
