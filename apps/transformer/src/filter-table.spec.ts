import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { withFilterTables } from './filter-table.ts';

it('docs/records.md has the tables of what the filter does', () => {
  // If not: node apps/transformer/scripts/write-filter-table.ts
  const document = readFileSync(new URL('../../../docs/records.md', import.meta.url), 'utf8');
  expect(withFilterTables(document)).toBe(document);
});
