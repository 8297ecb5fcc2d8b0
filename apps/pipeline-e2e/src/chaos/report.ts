import type { Result } from './run-scenario.ts';

const COLUMNS: readonly (readonly [title: string, cell: (result: Result) => string])[] = [
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

/** @returns the results as a Markdown table, and what is wrong below it */
export function resultTable(results: readonly Result[]): string {
  const broken = results.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`));
  const rows = results.map((result) => COLUMNS.map(([, cell]) => cell(result)));
  return [
    markdownTable(
      COLUMNS.map(([title]) => title),
      rows,
    ),
    ...broken,
  ].join('\n');
}

/** @returns a table whose columns are as wide as their widest cell */
export function markdownTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join(
    '\n',
  );
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
