import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  compose,
  concern,
  decimal,
  list,
  loadSettings,
  redact,
  SECRET,
  setting,
  TEXT,
} from './index.ts';
import { faultsOf } from './testing/index.ts';
import * as z from 'zod';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
const secret = join(folder, 'password');
const emptyFile = join(folder, 'empty');
writeFileSync(secret, 's3cret-of-file \n');
writeFileSync(emptyFile, '');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SHOP = compose(
  {
    user: concern(
      {
        name: setting('USER_NAME', { description: 'Name', format: TEXT, default: 'ann' }),
        password: setting('PASSWORD', { description: 'Secret', format: SECRET, secret: true }),
      },
      { warnings: ({ name }) => (name === 'root' ? ['USER_NAME=root is unwise.'] : []) },
    ),
  },
  concern(
    {
      rate: setting('RATE', { description: 'Orders', format: decimal(0, 10), default: '5' }),
      limit: setting('LIMIT', { description: 'Limit', format: decimal(0, 10), default: '9' }),
      shelves: setting('SHELVES', {
        description: 'Shelves',
        format: { expected: 'a list of shelves', schema: list(z.string().min(1)) },
        default: 'a, b',
      }),
      note: setting('NOTE', { description: 'A note', format: TEXT }),
    },
    {
      rules: (text) =>
        text('RATE') === text('LIMIT') ? [{ name: 'LIMIT', problem: 'must differ from RATE' }] : [],
    },
  ),
);

describe('The error', () => {
  const env = { RATE: 'canary-1', LIMIT: 'canary-1', SHELVES: 'canary-2,' };
  const load = (): unknown => loadSettings(SHOP, env);

  it('lists every fault at once, one line each', () => {
    expect(load).toThrow(
      [
        '4 settings are wrong:',
        '  RATE: expected a number from 0 to 10',
        '  LIMIT: expected a number from 0 to 10',
        '  SHELVES: expected a list of shelves',
        '  LIMIT: must differ from RATE',
      ].join('\n'),
    );
  });

  it('never holds a value', () => {
    expect(load).not.toThrow(/canary/);
    expect(JSON.stringify(faultsOf(SHOP, env))).not.toMatch(/canary/);
  });

  it('carries the exit code of bad settings', () => {
    expect(load).toThrow(expect.objectContaining({ fault: 'settings', code: 'SETTINGS_INVALID' }));
  });

  it.each([['/no/such/file'], [folder], [emptyFile]])('names the file of a secret: %s', (path) => {
    expect(faultsOf(SHOP, { PASSWORD_FILE: path })).toEqual([
      {
        name: 'PASSWORD_FILE',
        problem: 'expected the path of a readable file with the secret in it',
      },
    ]);
  });

  it('names a secret that is given twice', () => {
    expect(faultsOf(SHOP, { PASSWORD: 'p', PASSWORD_FILE: secret })).toEqual([
      { name: 'PASSWORD_FILE', problem: 'set either PASSWORD or PASSWORD_FILE, not both' },
    ]);
  });
});

describe('Loaded settings', () => {
  it('are nested as they were composed, and frozen in depth', () => {
    const settings = loadSettings(SHOP, { RATE: ' 7 ', LIMIT: '' });
    expect(settings).toEqual({
      user: { name: 'ann', password: undefined },
      rate: 7,
      limit: 9,
      shelves: ['a', 'b'],
      note: undefined,
    });
    for (const part of [settings, settings.user, settings.shelves]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('show what is in force without secrets', () => {
    const view = redact(loadSettings(SHOP, { PASSWORD: 'canary', RATE: '6' }));
    expect(view).toEqual({
      USER_NAME: 'ann',
      PASSWORD: '***',
      RATE: '6',
      LIMIT: '9',
      SHELVES: 'a, b',
    });
  });

  it('show the file of a secret, not its content', () => {
    const view = redact(loadSettings(SHOP, { PASSWORD_FILE: secret }));
    expect(view).toMatchObject({ PASSWORD_FILE: secret });
    expect(JSON.stringify(view)).not.toMatch(/s3cret/);
  });

  it('give the secret that its file holds now', () => {
    const file = join(folder, 'rotated');
    writeFileSync(file, 'first\n');
    const { password } = loadSettings(SHOP, { PASSWORD_FILE: file }).user;
    expect(password?.()).toBe('first');
    writeFileSync(file, 'second\n');
    expect(password?.()).toBe('second');
    rmSync(file);
    expect(password).toThrow('PASSWORD_FILE names no readable file');
  });

  it('keep blanks in a secret, and nothing else', () => {
    const { user } = loadSettings(SHOP, { PASSWORD: ' p ', USER_NAME: ' bob ' });
    expect([user.password?.(), user.name]).toEqual([' p ', 'bob']);
  });

  it('are warned of by the parts that they are composed of', () => {
    expect(SHOP.warnings(loadSettings(SHOP, { USER_NAME: 'root' }))).toHaveLength(1);
    expect(SHOP.warnings(loadSettings(SHOP, {}))).toEqual([]);
  });
});

it('Settings that were not loaded cannot be shown', () => {
  expect(() => redact({ rate: 1 })).toThrow(TypeError);
});
