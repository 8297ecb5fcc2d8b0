import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { withMemberTable } from './member-table.ts';

/** Prettier lays out tables: only the width of cells differs. */
function narrow(document: string): string {
  return document.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}

it('docs/records.md has every member of a login, and an example', () => {
  // If not: npm run generate
  const document = readFileSync(new URL('../../../docs/records.md', import.meta.url), 'utf8');
  expect(narrow(withMemberTable(document))).toBe(narrow(document));
});
