/** Writes the members of a login into docs/records.md anew. Run it after a change of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { withMemberTable } from './member-table.ts';

const filepath = fileURLToPath(new URL('../../../docs/records.md', import.meta.url));
const document = withMemberTable(readFileSync(filepath, 'utf8'));
writeFileSync(filepath, await format(document, { ...(await resolveConfig(filepath)), filepath }));
