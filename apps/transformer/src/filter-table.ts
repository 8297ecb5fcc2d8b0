import { loadSettings, SettingsError, withTables } from '@login-pipeline/config';
import type { SettingsOf, Table } from '@login-pipeline/config';
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

/** @returns the text with the tables between the lines `<!-- filter -->` and `<!-- /filter -->` replaced by the current ones */
export function withFilterTables(document: string): string {
  return withTables(document, 'filter', [passingTable(), doubtfulTable()]);
}

/** Which filter lets which version pass. */
function passingTable(): Table {
  const rows = LISTS.map((list) => {
    const passes = versionFilter(loaded(list).appVersions);
    return [code(list), ...VERSIONS.map((version) => (passes(version) ? 'passes' : ''))];
  });
  return [['`FILTER_APP_VERSIONS`', ...VERSIONS.map(code)], ...rows];
}

/** What is said of a list that may not be meant. */
function doubtfulTable(): Table {
  const rows = DOUBTFUL.map((list) => [code(list), ...said(list)]);
  return [['`FILTER_APP_VERSIONS`', 'At the start', 'What is said'], ...rows];
}

function said(list: string): readonly string[] {
  try {
    const warnings = FILTERS.warnings(loaded(list));
    return ['warned of', warnings.join(' ').replaceAll('FILTER_APP_VERSIONS: ', '')];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return ['refused, 78', error.faults.map(({ problem }) => problem).join()];
  }
}

/** With every other filter as it is by default. */
function loaded(list: string): SettingsOf<typeof FILTERS> {
  return loadSettings(FILTERS, { FILTER_APP_VERSIONS: list });
}

/** Blanks at its ends show in quotes only. */
function code(text: string): string {
  return text === text.trim() ? `\`${text}\`` : `\`"${text}"\``;
}
