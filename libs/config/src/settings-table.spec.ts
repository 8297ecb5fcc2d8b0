import { expect, it } from '@jest/globals';
import { settingsTable, withSettingsTable } from './settings-table.ts';
import { concern, http, kafka } from './index.ts';

const READERS = [
  { name: 'one', isService: true, settings: [...http(1).settings, ...kafka('one').settings] },
  { name: 'other', isService: true, settings: http(2).settings },
  { name: 'command', isService: false, settings: kafka('command').settings },
  { name: 'nothing', isService: false, settings: concern({}).settings },
];
const lines = settingsTable(READERS).split('\n');
const lineOf = (name: string): string | undefined =>
  lines.find((line) => line.includes(`\`${name}\``));

it('The table has a line for a secret and one for its file', () => {
  const names = lines.map((line) => line.split('|')[1]?.trim());
  expect(names).toContain('`KAFKA_SASL_PASSWORD`');
  expect(names).toContain('`KAFKA_SASL_PASSWORD_FILE`');
});

it('The table says whose default is which, and who reads it', () => {
  expect(lineOf('HTTP_PORT')).toContain('| `1` (one), `2` (other) ');
  expect(lineOf('HTTP_PORT')).toMatch(/\| every service +\|$/);
  expect(lineOf('KAFKA_BROKERS')).toMatch(/\| one, command +\|$/);
});

it('A README without the markers is refused', () => {
  expect(() => withSettingsTable('# Title', READERS)).toThrow('lacks the markers');
});
