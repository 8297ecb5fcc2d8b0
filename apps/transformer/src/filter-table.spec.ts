import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { withFilterTables } from './filter-table.ts';

it('docs/records.md has the tables of what the filter does', () => {
  // If not: npm run generate
  const document = readFileSync(new URL('../../../docs/records.md', import.meta.url), 'utf8');
  expect(withFilterTables(document)).toBe(document);
});
