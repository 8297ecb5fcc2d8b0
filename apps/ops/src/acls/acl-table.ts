import { withTables } from '@login-pipeline/config';
import type { Table } from '@login-pipeline/config';
import type { AclFileEntry } from './acl-file.ts';

const HEADER = ['Principal', 'Operation', 'Resource', 'because it', 'without it'];

/** @returns the text with the table between the file's markers replaced by that of its entries */
export function withAclTable(
  document: string,
  file: string,
  entries: readonly AclFileEntry[],
): string {
  return withTables(document, file, [aclTable(entries)]);
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

function aclTable(entries: readonly AclFileEntry[]): Table {
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
  return [HEADER, ...rows];
}
