import { READABLE_FILE } from './formats.ts';
import {
  AGGREGATOR,
  DATA_GENERATOR,
  POSITIONS,
  REDRIVE,
  TOPIC_SETUP,
  TRANSACTIONS,
  TRANSFORMER,
} from './services.ts';
import { fileVariable } from './setting.ts';
import type { Setting } from './setting.ts';

type Reader = readonly [name: string, settings: readonly Setting<unknown>[]];

const SERVICES: readonly Reader[] = [
  ['transformer', TRANSFORMER.settings],
  ['aggregator', AGGREGATOR.settings],
  ['data-generator', DATA_GENERATOR.settings],
];
const READERS: readonly Reader[] = [
  ...SERVICES,
  ['`npm run topics`', TOPIC_SETUP.settings],
  ['`npm run redrive`', REDRIVE.settings],
  ['`npm run positions`', POSITIONS.settings],
  ['`npm run transactions`', TRANSACTIONS.settings],
];
const HEADER = ['Variable', 'Default', 'Value', 'Meaning', 'Read by'];

/** The lines of a README between which the table stands. */
const TABLE_MARKERS = { start: '<!-- settings -->', end: '<!-- /settings -->' } as const;

interface Use {
  readonly reader: string;
  readonly setting: Setting<unknown>;
}

/** @returns every setting as a Markdown table, laid out as prettier would */
export function settingsTable(): string {
  const uses = new Map<string, Use[]>();
  for (const [reader, settings] of READERS) {
    for (const setting of settings) {
      uses.set(setting.name, [...(uses.get(setting.name) ?? []), { reader, setting }]);
    }
  }
  const rule = HEADER.map(() => '---');
  return aligned([HEADER, rule, ...[...uses.values()].flatMap(rowsOf)]).join('\n');
}

/** @returns the text with the table between the markers replaced by the current one */
export function withSettingsTable(readme: string): string {
  const { start, end } = TABLE_MARKERS;
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md lacks the markers ${start} and ${end}`);
  return `${readme.slice(0, from + start.length)}\n\n${settingsTable()}\n\n${readme.slice(to)}`;
}

/** @returns a setting's line, and one more for the file of a secret */
function rowsOf(uses: readonly Use[]): readonly (readonly string[])[] {
  const [first] = uses;
  if (!first) return [];
  const { setting } = first;
  const readers = readersOf(uses.map(({ reader }) => reader));
  const row = [
    code(setting.name),
    defaultOf(uses),
    setting.format.expected,
    setting.description,
    readers,
  ];
  if (!setting.secret) return [row];
  const file = fileVariable(setting.name);
  return [
    row,
    [code(file), '', READABLE_FILE.expected, `File that holds ${code(setting.name)}`, readers],
  ];
}

function defaultOf(uses: readonly Use[]): string {
  const texts = new Set(uses.map(({ setting }) => setting.default));
  const [only] = texts;
  if (texts.size === 1) return only === undefined ? '' : code(only);
  return uses.map(({ reader, setting }) => `${code(setting.default ?? '')} (${reader})`).join(', ');
}

function readersOf(readers: readonly string[]): string {
  const everyService = SERVICES.every(([service]) => readers.includes(service));
  const others = readers.filter((reader) => !SERVICES.some(([service]) => service === reader));
  return everyService ? ['every service', ...others].join(', ') : readers.join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

/** The second line is the rule under the header: dashes instead of blanks. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = HEADER.map((_, column) =>
    Math.max(...escaped.map((row) => row[column]?.length ?? 0)),
  );
  return escaped.map((row, index) => {
    const filler = index === 1 ? '-' : ' ';
    return `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width, filler)).join(' | ')} |`;
  });
}
