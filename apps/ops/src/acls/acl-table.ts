import type { AclFileEntry } from './acl-file.ts';

const HEADER = ['Principal', 'Operation', 'Resource', 'because it', 'without it'];

/** @returns the text with the table between the file's markers replaced by that of its entries */
export function withAclTable(
  document: string,
  file: string,
  entries: readonly AclFileEntry[],
): string {
  const start = `<!-- ${file} -->`;
  const end = `<!-- /${file} -->`;
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document lacks the markers ${start} and ${end}`);
  const before = document.slice(0, from + start.length);
  return `${before}\n\n${aclTable(entries)}\n\n${document.slice(to)}`;
}

/** What a service does without a right: found by taking each away, one at a time. */
function consequenceOf({ operation }: AclFileEntry): 'exit' | 'default' | 'no flow' {
  if (operation === 'DescribeConfigs') return 'default';
  return operation === 'Describe' ? 'no flow' : 'exit';
}

const CONSEQUENCES = {
  exit: 'it exits with 69 and names the right',
  default: 'it warns and assumes 1 MiB, the default of `max.message.bytes`',
  'no flow': 'it warns, and `GET /flow` says that nothing is known; nothing else depends on it',
} as const;

/** Laid out as prettier would. */
function aclTable(entries: readonly AclFileEntry[]): string {
  const rows = entries.map((entry) => {
    const { principal, operation, resource, name, pattern, why } = entry;
    const which = pattern === 'prefixed' ? `${resource}s beginning with` : resource;
    return [
      `\`${principal}\``,
      operation,
      `${which} \`${name}\``,
      why,
      CONSEQUENCES[consequenceOf(entry)],
    ];
  });
  const all = [HEADER, ...rows];
  const widths = HEADER.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], filler = ' ') =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width, filler)).join(' | ')} |`;
  return [
    line(HEADER),
    line(
      HEADER.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ].join('\n');
}
