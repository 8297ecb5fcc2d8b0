import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { withInsightsTable, withRoutesTable } from './insight-tables.ts';

it.each([
  ['insights.md', 'routes', withRoutesTable],
  ['snapshot-format.md', 'insights', withInsightsTable],
] as const)('docs/%s has the table of %s as the catalogue has them', (name, _table, withTable) => {
  // If not: npm run generate
  const document = readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
  expect(withTable(document)).toBe(document);
});
