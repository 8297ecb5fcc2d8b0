import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLANTED_BUGS } from './planted-bugs.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { catchTable, resultTable } from './report.ts';
import type { Catch } from './run-planted.ts';
import type { Result } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
export const PAGE_FILE = join(ROOT, 'docs', 'guarantees.md');
const FIGURES_FILE = join(ROOT, 'docs', 'guarantees.json');

/** The newest result of each scenario and of each planted bug, as they are now: some may not have been played yet. */
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
    scenarios: merged(SCENARIOS, [...older.scenarios, ...newer.scenarios], isSameFault).map(
      withBound,
    ),
    planted: merged(PLANTED_BUGS, [...older.planted, ...newer.planted], isSameBug),
  };
  writeFileSync(FIGURES_FILE, `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(PAGE_FILE, withFigures(readFileSync(PAGE_FILE, 'utf8'), figures));
}

/** @returns the page with the tables of these figures */
export function withFigures(page: string, { scenarios, planted }: Figures): string {
  const played = [resultTable(scenarios), ...unplayed(SCENARIOS, scenarios)].join('\n\n');
  const caught = [catchTable(planted), ...unplayed(PLANTED_BUGS, planted)].join('\n\n');
  return replaceBetween(replaceBetween(page, 'scenarios', played), 'planted', caught);
}

/** @returns a paragraph that names those without figures; none when all have some */
function unplayed(existing: readonly Named[], rows: readonly Named[]): readonly string[] {
  const names = existing.filter(({ name }) => rows.every((row) => row.name !== name));
  if (names.length === 0) return [];
  return [`Not played yet as they are now: ${names.map(({ name }) => `\`${name}\``).join(', ')}.`];
}

/** The bound is the scenario's, whenever it ran. */
function withBound(result: Result): Result {
  const scenario = SCENARIOS.find(({ name }) => name === result.name);
  return { ...result, gapBoundMs: scenario?.gapBoundMs ?? result.gapBoundMs };
}

interface Named {
  readonly name: string;
}

const isSameFault = (one: Pick<Scenario, 'fault'>, other: Pick<Result, 'fault'>): boolean =>
  one.fault === other.fault;
const isSameBug = (one: Pick<PlantedBug, 'bug'>, other: Pick<Catch, 'bug'>): boolean =>
  one.bug === other.bug;

/** The last row of each that exists as it was played, in their order. */
function merged<Existing extends Named, Row extends Named>(
  existing: readonly Existing[],
  rows: readonly Row[],
  isSame: (existing: Existing, row: Row) => boolean,
): readonly Row[] {
  return existing.flatMap(
    (one) => rows.findLast((row) => row.name === one.name && isSame(one, row)) ?? [],
  );
}

function replaceBetween(page: string, name: string, table: string): string {
  const begin = `<!-- ${name}: written by "npm run chaos -- --docs" -->`;
  const end = `<!-- /${name} -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/guarantees.md has no ${begin} … ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${table}\n\n${page.slice(to)}`;
}
