import type { Catch } from './run-planted.ts';
import type { Result } from './run-scenario.ts';

type Column<T> = readonly [title: string, cell: (row: T) => string];

const RESULT_COLUMNS: readonly Column<Result>[] = [
  ['scenario', ({ name }) => name],
  ['fault', ({ fault }) => fault],
  ['times', ({ times }) => String(times)],
  ['records', ({ records }) => records.toLocaleString('en')],
  ['lost', ({ lost }) => String(lost)],
  ['duplicated', ({ duplicated }) => String(duplicated)],
  ['restarts', ({ restarts }) => String(restarts)],
  ['longest gap', ({ longestGapMs }) => inSeconds(longestGapMs)],
  ['bound', ({ gapBoundMs }) => inSeconds(gapBoundMs)],
  ['verdict', ({ faults }) => (faults.length === 0 ? 'kept' : 'BROKEN')],
];

const CATCH_COLUMNS: readonly Column<Catch>[] = [
  ['bug', ({ name }) => name],
  ['what it does', ({ bug }) => bug],
  ['caught by', ({ scenario }) => scenario],
  ['found', ({ found }) => found ?? 'NOT CAUGHT'],
  ['lost', ({ lost }) => String(lost)],
  ['duplicated', ({ duplicated }) => String(duplicated)],
  ['after', ({ seconds }) => `${Math.round(seconds)} s`],
];

/** @returns the results as a Markdown table */
export function resultTable(results: readonly Result[]): string {
  return markdownTable(RESULT_COLUMNS, results);
}

/** @returns the planted bugs, and how each was found, as a Markdown table */
export function catchTable(catches: readonly Catch[]): string {
  return markdownTable(CATCH_COLUMNS, catches);
}

/** @returns one line for each promise that was not kept, and what the services said to it */
export function brokenPromises(results: readonly Result[]): readonly string[] {
  return results.flatMap(({ name, faults, complaints = [] }) => [
    ...faults.map((fault) => `${name}: ${fault}`),
    ...complaints.map((complaint) => `  ${complaint}`),
  ]);
}

/** Columns are as wide as their widest cell. */
function markdownTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  // A bar of a cell's own would end it.
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row).replaceAll('|', '\\|')));
  const titles = columns.map(([title]) => title);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [titles, widths.map((width) => '-'.repeat(width)), ...cells].map(line).join('\n');
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
