import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { catchTable, resultTable } from './report.ts';
import type { Catch } from './run-planted.ts';
import type { Result } from './run-scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
export const PAGE_FILE = join(ROOT, 'docs', 'guarantees.md');
const FIGURES_FILE = join(ROOT, 'docs', 'guarantees.json');

/** The newest result of each scenario and of each planted bug. */
export interface Figures {
  readonly scenarios: readonly Result[];
  readonly planted: readonly Catch[];
}

/** @returns what the page shows now */
export function readFigures(): Figures {
  if (!existsSync(FIGURES_FILE)) return { scenarios: [], planted: [] };
  return JSON.parse(readFileSync(FIGURES_FILE, 'utf8')) as Figures;
}

/** Puts new figures in the place of older ones, in docs/guarantees.json, and the tables into docs/guarantees.md. */
export function writeFigures(newer: Figures): void {
  const older = readFigures();
  const figures = {
    scenarios: merged(SCENARIOS, older.scenarios, newer.scenarios).map(withBound),
    planted: merged(PLANTED_BUGS, older.planted, newer.planted),
  };
  writeFileSync(FIGURES_FILE, `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(PAGE_FILE, withFigures(readFileSync(PAGE_FILE, 'utf8'), figures));
}

/** @returns the page with the tables of these figures */
export function withFigures(page: string, { scenarios, planted }: Figures): string {
  const withScenarios = replaceBetween(page, 'scenarios', resultTable(scenarios));
  return replaceBetween(withScenarios, 'planted', catchTable(planted));
}

/** The bound is the scenario's, whenever it ran. */
function withBound(result: Result): Result {
  const scenario = SCENARIOS.find(({ name }) => name === result.name);
  return { ...result, gapBoundMs: scenario?.gapBoundMs ?? result.gapBoundMs };
}

interface Named {
  readonly name: string;
}

/** Those that still exist, in their order. */
function merged<T extends Named>(
  existing: readonly Named[],
  older: readonly T[],
  newer: readonly T[],
): readonly T[] {
  const byName = new Map([...older, ...newer].map((row) => [row.name, row]));
  return existing.flatMap(({ name }) => byName.get(name) ?? []);
}

function replaceBetween(page: string, name: string, table: string): string {
  const begin = `<!-- ${name}: written by "npm run chaos -- --docs" -->`;
  const end = `<!-- /${name} -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/guarantees.md has no ${begin} … ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${table}\n\n${page.slice(to)}`;
}
