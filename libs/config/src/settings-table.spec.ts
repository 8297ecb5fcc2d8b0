import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { settingsTable, withSettingsTable } from './settings-table.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const lines = settingsTable().split('\n');

it('The README has the table of the settings as they are declared', () => {
  // If not: node libs/config/scripts/write-settings-table.ts
  expect(withSettingsTable(readme)).toBe(readme);
});

it('The table has a line for a secret and one for its file', () => {
  const names = lines.map((line) => line.split('|')[1]?.trim());
  expect(names).toContain('`KAFKA_SASL_PASSWORD`');
  expect(names).toContain('`KAFKA_SASL_PASSWORD_FILE`');
});

it('The table says whose default is which', () => {
  expect(lines.find((line) => line.includes('`HTTP_PORT`'))).toContain(
    '| `3001` (transformer), `3000` (aggregator), `3002` (data-generator) ',
  );
});

it('A README without the markers is refused', () => {
  expect(() => withSettingsTable('# Title')).toThrow('lacks the markers');
});
