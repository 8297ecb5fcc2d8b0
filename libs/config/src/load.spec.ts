import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { compression } from './formats.ts';
import { loadSettings, redact } from './index.ts';
import type { Environment } from './index.ts';
import { faultsOf } from './testing/faults-of.ts';
import { SAMPLE } from './testing/sample.ts';
import { CERTIFICATE, KEY, OTHER_KEY } from './testing/pem.ts';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
const cert = join(folder, 'tls.crt');
const key = join(folder, 'tls.key');
const otherKey = join(folder, 'other.key');
const noPem = join(folder, 'no.pem');
const secret = join(folder, 'password');
const emptyFile = join(folder, 'empty');
writeFileSync(cert, CERTIFICATE);
writeFileSync(key, KEY);
writeFileSync(otherKey, OTHER_KEY);
writeFileSync(noPem, 'PEM');
writeFileSync(secret, 's3cret-of-file\n');
writeFileSync(emptyFile, '');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const USER = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'ann' };
const MUTUAL = { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key };
const OAUTH = {
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://login.example/token',
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'me',
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'p',
};

describe('Settings that do not go together', () => {
  it.each<[string, Environment, string, string]>([
    [
      'a certificate without its key',
      { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert },
      'KAFKA_SSL_CERT_FILE',
      'needs KAFKA_SSL_KEY_FILE too',
    ],
    [
      'a key without its certificate',
      { KAFKA_SSL: 'true', KAFKA_SSL_KEY_FILE: key },
      'KAFKA_SSL_KEY_FILE',
      'needs KAFKA_SSL_CERT_FILE too',
    ],
    [
      'TLS files without TLS',
      { KAFKA_SSL_CA_FILE: cert },
      'KAFKA_SSL_CA_FILE',
      'has no effect without KAFKA_SSL=true',
    ],
    [
      'authorities that are none',
      { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: noPem },
      'KAFKA_SSL_CA_FILE',
      'holds no PEM certificate',
    ],
    [
      'a certificate that is none',
      { ...MUTUAL, KAFKA_SSL_CERT_FILE: noPem },
      'KAFKA_SSL_CERT_FILE',
      'holds no PEM certificate',
    ],
    [
      'a key that is none',
      { ...MUTUAL, KAFKA_SSL_KEY_FILE: noPem },
      'KAFKA_SSL_KEY_FILE',
      'holds no PEM private key without a passphrase',
    ],
    [
      'a certificate with the key of another one',
      { ...MUTUAL, KAFKA_SSL_KEY_FILE: otherKey },
      'KAFKA_SSL_KEY_FILE',
      'does not belong to the certificate in KAFKA_SSL_CERT_FILE',
    ],
    [
      'OAUTHBEARER without an endpoint',
      { ...OAUTH, KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: '' },
      'KAFKA_SASL_MECHANISM',
      'needs KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL too',
    ],
    [
      'OAUTHBEARER without the secret of its client',
      { ...OAUTH, KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: '' },
      'KAFKA_SASL_MECHANISM',
      'needs KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET or KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE too',
    ],
    [
      'OAUTHBEARER with a password',
      { ...OAUTH, KAFKA_SASL_PASSWORD: 'p' },
      'KAFKA_SASL_PASSWORD',
      'has no effect with KAFKA_SASL_MECHANISM=oauthbearer',
    ],
    [
      'a scope without OAUTHBEARER',
      { ...USER, KAFKA_SASL_PASSWORD: 'p', KAFKA_SASL_OAUTHBEARER_SCOPE: 's' },
      'KAFKA_SASL_OAUTHBEARER_SCOPE',
      'has no effect without KAFKA_SASL_MECHANISM=oauthbearer',
    ],
    [
      'SASL without a user name',
      { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'p' },
      'KAFKA_SASL_MECHANISM',
      'needs KAFKA_SASL_USERNAME too',
    ],
    [
      'SASL without a password',
      USER,
      'KAFKA_SASL_MECHANISM',
      'needs KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE too',
    ],
    [
      'a user name without SASL',
      { KAFKA_SASL_USERNAME: 'ann' },
      'KAFKA_SASL_USERNAME',
      'needs KAFKA_SASL_MECHANISM too',
    ],
    [
      'a password without SASL',
      { KAFKA_SASL_PASSWORD: 'p' },
      'KAFKA_SASL_PASSWORD',
      'needs KAFKA_SASL_MECHANISM too',
    ],
    [
      'a secret twice',
      { ...USER, KAFKA_SASL_PASSWORD: 'p', KAFKA_SASL_PASSWORD_FILE: secret },
      'KAFKA_SASL_PASSWORD_FILE',
      'set either KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE, not both',
    ],
    [
      'an output that is the input',
      { OUTPUT_TOPIC: 'in' },
      'OUTPUT_TOPIC',
      'must differ from INPUT_TOPIC',
    ],
  ])('are refused: %s', (_, env, name, problem) => {
    expect(faultsOf(SAMPLE, env)).toEqual([{ name, problem }]);
  });

  it.each([['/no/such/file'], [folder], [emptyFile]])(
    'are refused once: SASL with the password file %s',
    (path) => {
      expect(faultsOf(SAMPLE, { ...USER, KAFKA_SASL_PASSWORD_FILE: path })).toEqual([
        {
          name: 'KAFKA_SASL_PASSWORD_FILE',
          problem: 'expected the path of a readable file with the secret in it',
        },
      ]);
    },
  );
});

describe('The error', () => {
  const env = {
    KAFKA_BROKERS: 'canary-1',
    KAFKA_SASL_PASSWORD: 'canary-2',
    KAFKA_SSL_CERT_FILE: 'canary-3',
    HTTP_PORT: 'canary-4',
    RATE: 'canary-5',
  };
  const load = (): unknown => loadSettings(SAMPLE, env);

  it('lists every fault at once, one line each', () => {
    expect(load).toThrow(
      [
        '7 settings are wrong:',
        '  KAFKA_BROKERS: expected a comma-separated list of `host:port`',
        '  KAFKA_SSL_CERT_FILE: expected the path of a file that exists and may be read',
        '  HTTP_PORT: expected an integer from 0 to 65535',
        '  RATE: expected a number from 0 to 10',
        '  KAFKA_SSL_CERT_FILE: has no effect without KAFKA_SSL=true',
        '  KAFKA_SSL_CERT_FILE: needs KAFKA_SSL_KEY_FILE too',
        '  KAFKA_SASL_PASSWORD: needs KAFKA_SASL_MECHANISM too',
      ].join('\n'),
    );
  });

  it('never holds a value', () => {
    expect(load).not.toThrow(/canary/);
    expect(JSON.stringify(faultsOf(SAMPLE, env))).not.toMatch(/canary/);
  });

  it('carries the exit code of bad settings', () => {
    expect(load).toThrow(expect.objectContaining({ exitCode: 78, name: 'SettingsError' }));
  });
});

const warningsWith = (env: Environment): readonly string[] =>
  SAMPLE.warnings(loadSettings(SAMPLE, env));

describe('Loaded settings', () => {
  it('are frozen in depth', () => {
    const settings = loadSettings(SAMPLE, { KAFKA_SSL: 'true' });
    for (const part of [
      settings,
      settings.kafka,
      settings.kafka.brokers,
      settings.kafka.ssl,
      settings.http,
      settings.http.trustedProxies,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('show what is in force without secrets', () => {
    const env = { ...USER, KAFKA_SASL_PASSWORD: 'canary', RATE: '5' };
    const view = redact(loadSettings(SAMPLE, env));
    expect(view).toMatchObject({
      KAFKA_BROKERS: 'localhost:29092',
      KAFKA_SASL_PASSWORD: '***',
      RATE: '5',
      OUTPUT_TOPIC: 'out',
    });
    expect(view).not.toHaveProperty('FILE');
    expect(JSON.stringify(view)).not.toMatch(/canary/);
  });

  it('show the file of a secret, not its content', () => {
    const view = redact(loadSettings(SAMPLE, { ...USER, KAFKA_SASL_PASSWORD_FILE: secret }));
    expect(view).toMatchObject({ KAFKA_SASL_PASSWORD_FILE: secret });
    expect(JSON.stringify(view)).not.toMatch(/s3cret/);
  });

  it('give the secret that its file holds now', () => {
    const file = join(folder, 'rotated');
    writeFileSync(file, 'first\n');
    const { sasl } = loadSettings(SAMPLE, { ...USER, KAFKA_SASL_PASSWORD_FILE: file }).kafka;
    const password = sasl?.mechanism === 'plain' ? sasl.password : () => undefined;
    expect(password()).toBe('first');
    writeFileSync(file, 'second\n');
    expect(password()).toBe('second');
    rmSync(file);
    expect(password).toThrow('KAFKA_SASL_PASSWORD_FILE names no readable file');
  });

  it.each([
    ['password', { ...USER, KAFKA_SASL_PASSWORD: 'p' }],
    ['token', OAUTH],
  ])('warn of a %s that travels unencrypted', (_, env) => {
    expect(warningsWith(env)).toHaveLength(1);
    expect(warningsWith({ ...env, KAFKA_SSL: 'true' })).toEqual([]);
    expect(warningsWith({})).toEqual([]);
  });
});

describe('COMPRESSION=zstd', () => {
  it('is accepted where Node can write it', () => {
    expect(compression(true).schema.safeParse('zstd').success).toBe(true);
  });

  it('is refused with the reason where Node cannot', () => {
    const { error } = compression(false).schema.safeParse('zstd', { error: () => 'expected …' });
    expect(error?.issues.map(({ message }) => message)).toEqual([
      '`zstd` needs Node 22.15 or later',
    ]);
  });
});

it('Settings that were not loaded cannot be shown', () => {
  expect(() => redact({ rate: 1 })).toThrow(TypeError);
});
