import { READABLE_FILE } from './formats.ts';
import { fileVariable } from './setting.ts';
import type { Setting } from './setting.ts';

/** What reads settings: a service, or a command of people's. */
export interface Reader {
  readonly name: string;
  readonly isService: boolean;
  readonly settings: readonly Setting<unknown>[];
}

const HEADER = ['Variable', 'Default', 'Value', 'Meaning', 'Read by'];

/** The lines of a README between which the table stands. */
const TABLE_MARKERS = { start: '<!-- settings -->', end: '<!-- /settings -->' } as const;

interface Use {
  readonly reader: Reader;
  readonly setting: Setting<unknown>;
}

/** @returns every setting of the readers as a Markdown table, laid out as prettier would */
export function settingsTable(readers: readonly Reader[]): string {
  const uses = new Map<string, Use[]>();
  for (const reader of readers) {
    for (const setting of reader.settings) {
      uses.set(setting.name, [...(uses.get(setting.name) ?? []), { reader, setting }]);
    }
  }
  const rule = HEADER.map(() => '---');
  const services = readers.filter(({ isService }) => isService);
  const rows = [...uses.values()].flatMap((uses) => rowsOf(uses, services));
  return aligned([HEADER, rule, ...rows]).join('\n');
}

/** @returns the text with the table between the markers replaced by the current one */
export function withSettingsTable(readme: string, readers: readonly Reader[]): string {
  const { start, end } = TABLE_MARKERS;
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md lacks the markers ${start} and ${end}`);
  return `${readme.slice(0, from + start.length)}\n\n${settingsTable(readers)}\n\n${readme.slice(to)}`;
}

/** @returns a setting's line, and one more for the file of a secret */
function rowsOf(uses: readonly Use[], services: readonly Reader[]): readonly (readonly string[])[] {
  const [first] = uses;
  if (!first) return [];
  const { setting } = first;
  const readers = readersOf(
    uses.map(({ reader }) => reader),
    services,
  );
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
  return uses
    .map(({ reader, setting }) => `${code(setting.default ?? '')} (${reader.name})`)
    .join(', ');
}

function readersOf(readers: readonly Reader[], services: readonly Reader[]): string {
  const names = (some: readonly Reader[]): readonly string[] => some.map(({ name }) => name);
  return services.every((service) => readers.includes(service))
    ? ['every service', ...names(readers.filter(({ isService }) => !isService))].join(', ')
    : names(readers).join(', ');
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
