/** Rewrites the tables of the filter in docs/records.md from what it does. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withFilterTables } from '../src/filter-table.ts';

const document = new URL('../../../docs/records.md', import.meta.url);
writeFileSync(document, withFilterTables(readFileSync(document, 'utf8')));
