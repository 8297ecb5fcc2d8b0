import { expect, it } from '@jest/globals';
import { settingsPage } from './settings-page.ts';
import { concern, decimal, setting, TEXT } from './index.ts';

const port = (value: string) =>
  concern({
    port: setting('PORT', { description: 'A port', format: decimal(0, 9), default: value }),
  });
const USER = concern({
  name: setting('USER_NAME', { description: 'Name', format: TEXT, default: 'ann' }),
  password: setting('PASSWORD', { description: 'Secret', format: TEXT, secret: true }),
});
const DEPTH = concern({
  depth: setting('DEPTH', { description: 'How deep', format: TEXT, default: '7' }),
});
const PAGE = settingsPage('# Settings', [
  { name: 'one', isService: true, settings: [...port('1').settings, ...USER.settings] },
  { name: 'other', isService: true, settings: port('2').settings },
  { name: 'command', isService: false, settings: [...USER.settings, ...DEPTH.settings] },
  { name: 'another', isService: false, settings: USER.settings },
]);
const [top, ...sections] = PAGE.split('\n## ');
const section = (title: string): string | undefined =>
  sections.find((text) => text.startsWith(`${title}\n`));

it('The page has a section for each set of services that share settings, then the commands', () => {
  expect(top?.trim()).toBe('# Settings');
  expect(sections.map((text) => text.split('\n')[0])).toEqual([
    'Every service',
    'one',
    'command',
    'Commands',
  ]);
});

it('A secret has a line, and so has its file', () => {
  expect(section('one')).toMatch(/^\| `USER_NAME` .*\n\| `PASSWORD` .*\n\| `PASSWORD_FILE` /m);
});

it('Of a default that differs the page says whose it is', () => {
  expect(section('Every service')).toContain('| `1` (one), `2` (other) |');
});

it('A command has its names and defaults; what no service reads has a section too', () => {
  expect(section('Commands')).toMatch(/every command +\| `USER_NAME` \(`ann`\), `PASSWORD` +\|/);
  expect(section('Commands')).toMatch(/\| command +\| `DEPTH` \(`7`\) +\|/);
  expect(section('command')).toContain('| `DEPTH`  | `7`     |');
});
