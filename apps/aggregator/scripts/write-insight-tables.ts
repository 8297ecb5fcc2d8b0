/** Rewrites the tables of insights in docs/insights.md and docs/snapshot-format.md from the catalogue. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withInsightsTable, withRoutesTable } from '../src/insights/insight-tables.ts';

const DOCS = new URL('../../../docs/', import.meta.url);

for (const [name, withTable] of [
  ['insights.md', withRoutesTable],
  ['snapshot-format.md', withInsightsTable],
] as const) {
  const document = new URL(name, DOCS);
  writeFileSync(document, withTable(readFileSync(document, 'utf8')));
}
