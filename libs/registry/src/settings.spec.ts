import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compose, loadSettings, redact } from '@login-pipeline/config';
import { faultsOf } from '@login-pipeline/config/testing';
import { SCHEMAS } from './settings.ts';

const SERVICE = compose({ schemas: SCHEMAS });

const SCHEMA_REGISTRY_URL = 'http://registry:8080/apis/ccompat/v7/';
const USER = { SCHEMA_REGISTRY_USERNAME: 'ann', SCHEMA_REGISTRY_PASSWORD: 's3cret' };

describe('The schema registry', () => {
  it('is read without a slash at the end of its URL, with the user when there is one', () => {
    const url = 'http://registry:8080/apis/ccompat/v7';
    expect(loadSettings(SERVICE, { SCHEMA_REGISTRY_URL }).schemas).toEqual({
      outputFraming: 'plain',
      registry: { url },
    });
    const framed = { SCHEMA_REGISTRY_URL, OUTPUT_FRAMING: 'registry', ...USER };
    expect(loadSettings(SERVICE, framed).schemas).toEqual({
      outputFraming: 'registry',
      registry: {
        url,
        credentials: { username: 'ann', password: expect.any(Function) as unknown },
      },
    });
  });

  it('is given the password that its file holds at that moment', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'registry-')), 'password');
    writeFileSync(file, 'old\n');
    const env = { SCHEMA_REGISTRY_USERNAME: 'ann', SCHEMA_REGISTRY_PASSWORD_FILE: file };
    const { schemas } = loadSettings(SERVICE, { SCHEMA_REGISTRY_URL, ...env });
    expect(schemas.registry?.credentials?.password()).toBe('old');
    writeFileSync(file, 'new\n');
    expect(schemas.registry?.credentials?.password()).toBe('new');
    rmSync(dirname(file), { recursive: true });
    expect(() => schemas.registry?.credentials?.password()).toThrow(/PASSWORD_FILE/);
  });

  it('keeps its password out of the log', () => {
    const settings = loadSettings(SERVICE, { SCHEMA_REGISTRY_URL, ...USER });
    expect(redact(settings)).toMatchObject({ SCHEMA_REGISTRY_PASSWORD: '***' });
  });

  it('is warned of when the password goes there unencrypted', () => {
    const warnings = (url: string) =>
      SERVICE.warnings(loadSettings(SERVICE, { SCHEMA_REGISTRY_URL: url, ...USER }));
    expect(warnings('http://registry:8080')).toHaveLength(1);
    expect(warnings('https://registry')).toEqual([]);
    expect(SERVICE.warnings(loadSettings(SERVICE, { SCHEMA_REGISTRY_URL }))).toEqual([]);
  });

  it.each([
    [{ SCHEMA_REGISTRY_URL: 'registry:8080' }, 'SCHEMA_REGISTRY_URL', /^expected an `http`/],
    [{ SCHEMA_REGISTRY_URL: 'http://a:b@registry' }, 'SCHEMA_REGISTRY_URL', /without user/],
    [{ SCHEMA_REGISTRY_URL, OUTPUT_FRAMING: 'avro' }, 'OUTPUT_FRAMING', /^expected `plain` or/],
    [{ OUTPUT_FRAMING: 'registry' }, 'OUTPUT_FRAMING', /needs SCHEMA_REGISTRY_URL/],
    [
      { SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_USERNAME: 'ann' },
      'SCHEMA_REGISTRY_USERNAME',
      /needs SCHEMA_REGISTRY_PASSWORD or SCHEMA_REGISTRY_PASSWORD_FILE too/,
    ],
    [
      { SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_PASSWORD: 'p' },
      'SCHEMA_REGISTRY_PASSWORD',
      /needs SCHEMA_REGISTRY_USERNAME too/,
    ],
  ])('is refused as %j', (env, name, problem) => {
    expect(faultsOf(SERVICE, env)).toEqual([
      { name, problem: expect.stringMatching(problem) as unknown },
    ]);
  });

  it('has no user where there is none', () => {
    expect(faultsOf(SERVICE, USER).map(({ name }) => name)).toEqual([
      'SCHEMA_REGISTRY_USERNAME',
      'SCHEMA_REGISTRY_PASSWORD',
    ]);
  });
});
