import { markdownTable } from './document-tables.ts';
import { READABLE_FILE } from './formats.ts';
import { fileVariable } from './setting.ts';
import type { Setting } from './setting.ts';

/** What reads settings: a service, or a command for operators. */
export interface Reader {
  readonly name: string;
  readonly isService: boolean;
  readonly settings: readonly Setting<unknown>[];
}

interface Use {
  readonly reader: Reader;
  readonly setting: Setting<unknown>;
}
type Row = readonly string[];

const COLUMNS: Row = ['Variable', 'Default', 'Value', 'Meaning'];

/**
 * @returns a page in Markdown: a table of what every service reads, one for each service, and one for each set of readers that
 *   share further settings; at last what commands read of these. Laid out as prettier would.
 */
export function settingsPage(title: string, readers: readonly Reader[]): string {
  const sections = new Map<string, Row[]>();
  for (const uses of usesOf(readers)) {
    const where = titleOf(uses, readers);
    sections.set(where, [...(sections.get(where) ?? []), ...rowsOf(uses)]);
  }
  const tables = [...sections].map(
    ([name, rows]) => `## ${name}\n\n${markdownTable([COLUMNS, ...rows])}`,
  );
  return [title, ...tables, `## Commands\n\n${commandTable(readers)}`].join('\n\n').concat('\n');
}

function usesOf(readers: readonly Reader[]): Iterable<readonly Use[]> {
  const uses = new Map<string, Use[]>();
  for (const reader of readers) {
    for (const setting of reader.settings) {
      uses.set(setting.name, [...(uses.get(setting.name) ?? []), { reader, setting }]);
    }
  }
  return uses.values();
}

/** Whose section it is: the services that read the setting, or the commands where no service does. */
function titleOf(uses: readonly Use[], readers: readonly Reader[]): string {
  const own = ofServices(uses).map(({ reader }) => reader.name);
  if (own.length === readers.filter(({ isService }) => isService).length) return 'Every service';
  return (own.length > 0 ? own : uses.map(({ reader }) => reader.name)).join(', ');
}

/** @returns a setting's line, and one more for the file of a secret */
function rowsOf(uses: readonly Use[]): readonly Row[] {
  const [first] = uses;
  if (!first) return [];
  const { name, format, description, secret } = first.setting;
  const row = [code(name), defaultOf(uses), format.expected, description];
  if (!secret) return [row];
  const file = [
    code(fileVariable(name)),
    '',
    READABLE_FILE.expected,
    `File that holds ${code(name)}`,
  ];
  return [row, file];
}

function defaultOf(uses: readonly Use[]): string {
  const shown = ofServices(uses).length > 0 ? ofServices(uses) : uses;
  const [only, ...others] = new Set(shown.map(({ setting }) => setting.default));
  if (others.length === 0) return only === undefined ? '' : code(only);
  return shown
    .map(({ reader, setting }) => `${code(setting.default ?? '')} (${reader.name})`)
    .join(', ');
}

/** What all commands read alike stands in a row of its own. */
function commandTable(readers: readonly Reader[]): string {
  const commands = readers
    .filter(({ isService }) => !isService)
    .map(({ name, settings }) => ({ name, read: settings.map(withDefault) }));
  const shared = commands
    .map(({ read }) => read)
    .reduce((all, read) => all.filter((each) => read.includes(each)));
  const rows = commands.map(({ name, read }) => [
    name,
    read.filter((each) => !shared.includes(each)).join(', '),
  ]);
  return markdownTable([
    ['Command', 'Reads, with its defaults'],
    ['every command', shared.join(', ')],
    ...rows,
  ]);
}

function withDefault({ name, default: value }: Setting<unknown>): string {
  return value === undefined ? code(name) : `${code(name)} (${code(value)})`;
}

function ofServices(uses: readonly Use[]): readonly Use[] {
  return uses.filter(({ reader }) => reader.isService);
}

function code(text: string): string {
  return `\`${text}\``;
}
