import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ACL_FILES, readAclFile } from './acl-file.ts';
import { withAclTable } from './acl-table.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'acls-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ENTRY = {
  principal: 'User:me',
  resource: 'topic',
  name: 'logins',
  pattern: 'literal',
  operation: 'Read',
  why: 'reads',
};

describe('An ACL file', () => {
  it.each(ACL_FILES)('is a table in docs/security.md: %s', (file) => {
    // If not: npm run generate
    const document = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
    const entries = readAclFile(join(ROOT, 'deploy/kafka', file));
    expect(withAclTable(document, file, entries)).toBe(document);
  });

  it.each([
    ['an unknown operation', { ...ENTRY, operation: 'Look' }, /entry 0, operation/],
    [
      'a principal without its type',
      { ...ENTRY, principal: 'me' },
      /entry 0, principal: expected a type/,
    ],
    ['no reason', { ...ENTRY, why: undefined }, /entry 0, why/],
    ['a member that means nothing', { ...ENTRY, host: '*' }, /entry 0.*host/],
  ])('is refused with %s', (_, entry, message) => {
    const file = join(folder, 'acls.json');
    writeFileSync(file, JSON.stringify([entry]));
    expect(() => readAclFile(file)).toThrow(message);
    expect(() => readAclFile(file)).toThrow(expect.objectContaining({ exitCode: 78 }));
  });

  it('is named when it cannot be read', () => {
    expect(() => readAclFile('/no/such/file')).toThrow('--acls: /no/such/file cannot be read');
  });
});
