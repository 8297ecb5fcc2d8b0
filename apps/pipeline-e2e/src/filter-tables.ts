import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const RECORDS = join(import.meta.dirname, '..', '..', '..', 'docs', 'records.md');

/** A filter, and which versions the docs say that it lets pass. */
export interface DocumentedFilter {
  readonly list: string;
  readonly passes: ReadonlyMap<string, boolean>;
}

/** A filter that the docs say is refused or warned of, and with which words. */
export interface DocumentedDoubt {
  readonly list: string;
  readonly isRefused: boolean;
  readonly said: string;
}

/** @returns the two tables of docs/records.md about FILTER_APP_VERSIONS */
export function documentedFilters(): {
  readonly filters: readonly DocumentedFilter[];
  readonly doubts: readonly DocumentedDoubt[];
} {
  const text = readFileSync(RECORDS, 'utf8');
  const between = text.slice(text.indexOf('<!-- filter -->'), text.indexOf('<!-- /filter -->'));
  const [passing = '', doubtful = ''] = between
    .split('\n\n')
    .filter((part) => part.startsWith('|'));
  const [[, ...versions] = [], ...rows] = cellsOf(passing);
  return {
    filters: rows.map(([list = '', ...cells]) => ({
      list: plain(list),
      passes: new Map(versions.map((version, at) => [plain(version), cells[at] === 'passes'])),
    })),
    doubts: cellsOf(doubtful)
      .slice(1)
      .map(([list = '', start = '', said = '']) => ({
        list: plain(list),
        isRefused: start.startsWith('refused'),
        said,
      })),
  };
}

/** Row by row, without the line below the header. */
function cellsOf(table: string): readonly (readonly string[])[] {
  return table
    .split('\n')
    .filter((_, index) => index !== 1)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
}

/** Without the marks of code, and the quotes around what has blanks at its ends. */
function plain(cell: string): string {
  return cell.replace(/^`"?|"?`$/g, '');
}
