/** Rewrites the table of settings in the README from the declarations. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withSettingsTable } from '@login-pipeline/config';
import { READERS } from './readers.ts';

const readme = new URL('../../../../README.md', import.meta.url);
writeFileSync(readme, withSettingsTable(readFileSync(readme, 'utf8'), READERS));
