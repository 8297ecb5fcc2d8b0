import { expect, it } from '@jest/globals';
import { settingsTable, withSettingsTable } from './settings-table.ts';
import { concern, decimal, setting, TEXT } from './index.ts';

const port = (value: string) =>
  concern({
    port: setting('PORT', { description: 'A port', format: decimal(0, 9), default: value }),
  });
const USER = concern({
  name: setting('USER_NAME', { description: 'Name', format: TEXT, default: 'ann' }),
  password: setting('PASSWORD', { description: 'Secret', format: TEXT, secret: true }),
});
const READERS = [
  { name: 'one', isService: true, settings: [...port('1').settings, ...USER.settings] },
  { name: 'other', isService: true, settings: port('2').settings },
  { name: 'command', isService: false, settings: USER.settings },
];
const lines = settingsTable(READERS).split('\n');
const lineOf = (name: string): string | undefined =>
  lines.find((line) => line.includes(`\`${name}\``));

it('The table has a line for a secret and one for its file', () => {
  const names = lines.map((line) => line.split('|')[1]?.trim());
  expect(names).toContain('`PASSWORD`');
  expect(names).toContain('`PASSWORD_FILE`');
});

it('The table says whose default is which, and who reads it', () => {
  expect(lineOf('PORT')).toContain('| `1` (one), `2` (other) ');
  expect(lineOf('PORT')).toMatch(/\| every service +\|$/);
  expect(lineOf('USER_NAME')).toMatch(/\| one, command +\|$/);
});

it('A README without the markers is refused', () => {
  expect(() => withSettingsTable('# Title', READERS)).toThrow('lacks the markers');
});
