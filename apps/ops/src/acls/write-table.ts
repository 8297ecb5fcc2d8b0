import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACL_FILES, readAclFile } from './acl-file.ts';
import { withAclTable } from './acl-table.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const DOCUMENT = join(ROOT, 'docs/security.md');

const written = ACL_FILES.reduce(
  (document, file) => withAclTable(document, file, readAclFile(join(ROOT, 'deploy/kafka', file))),
  readFileSync(DOCUMENT, 'utf8'),
);
writeFileSync(DOCUMENT, written);
