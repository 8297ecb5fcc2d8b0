import { loadSettings, SettingsError } from '@login-pipeline/config';
import { FILTERS } from './login-filter.ts';
import { versionFilter } from './version-filter.ts';

const VERSIONS = [
  '2.0.0',
  ' v2.0.0 ',
  '2.0.0+5',
  '2.0.0-rc.1',
  '2.0',
  '2.4.1',
  '1.9.9',
  '3.0.0',
  'nightly',
];

const LISTS = [
  '2.0.0',
  'v2.0.0',
  '=2.0.0',
  '2.0.0, 3.0.0',
  '2.0',
  '2.x',
  '^2.1',
  '>=2.0.0 <3',
  '1.0.0 - 2.0.0',
  '>=2.0.0-rc.1 <3',
  '<2 || >=3',
  '2.0.0, nightly',
  '*',
];

/** Refused, or warned of. */
const DOUBTFUL = [
  '>=2.0.0, <3.0.0',
  '>=2.0.0 || <3.0.0',
  '>=0.0.0',
  '>3 <2',
  '2.0.0 2.1.0',
  '>=2.0.0 && <3',
  'nightly build',
  '2.0.0+5',
  '1.0.0-2.0.0',
  '2.x, 2.0.0',
  '2.x, <2.5',
  '*, 2.0.0',
];

/** The lines of docs/records.md between which the tables stand. */
const MARKERS = { start: '<!-- filter -->', end: '<!-- /filter -->' } as const;

/** @returns the text with the tables between the markers replaced by the current ones */
export function withFilterTables(document: string): string {
  const { start, end } = MARKERS;
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document lacks the markers ${start} and ${end}`);
  const tables = [passingTable(), doubtfulTable()].join('\n\n');
  return `${document.slice(0, from + start.length)}\n\n${tables}\n\n${document.slice(to)}`;
}

/** Which filter lets which version pass. */
function passingTable(): string {
  const rows = LISTS.map((list) => {
    const passes = versionFilter(loaded(list));
    return [code(list), ...VERSIONS.map((version) => (passes(version) ? 'passes' : ''))];
  });
  return table([['`FILTER_APP_VERSIONS`', ...VERSIONS.map(code)], ...rows]);
}

/** What is said of a list that may not be meant. */
function doubtfulTable(): string {
  const rows = DOUBTFUL.map((list) => [code(list), ...said(list)]);
  return table([['`FILTER_APP_VERSIONS`', 'At the start', 'What is said'], ...rows]);
}

function said(list: string): readonly string[] {
  try {
    const warnings = FILTERS.warnings({ appVersions: loaded(list) });
    return ['warned of', warnings.join(' ').replaceAll('FILTER_APP_VERSIONS: ', '')];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return ['refused, 78', error.faults.map(({ problem }) => problem).join()];
  }
}

function loaded(list: string): readonly string[] {
  return loadSettings(FILTERS, { FILTER_APP_VERSIONS: list }).appVersions;
}

/** Blanks at its ends show in quotes only. */
function code(text: string): string {
  return text === text.trim() ? `\`${text}\`` : `\`"${text}"\``;
}

/** Laid out as prettier would. */
function table([header = [], ...rows]: readonly (readonly string[])[]): string {
  const escaped = [header, header.map(() => ''), ...rows].map((row) =>
    row.map((cell) => cell.replaceAll('|', '\\|')),
  );
  const widths = header.map((_, column) =>
    Math.max(...escaped.map((row) => row[column]?.length ?? 0)),
  );
  return escaped
    .map((row, index) => {
      const cells = widths.map((width, column) =>
        (row[column] ?? '').padEnd(width, index === 1 ? '-' : ' '),
      );
      return `| ${cells.join(' | ')} |`;
    })
    .join('\n');
}
