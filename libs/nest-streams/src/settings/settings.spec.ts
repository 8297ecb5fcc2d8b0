import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { compose, concern, loadSettings, redact } from '@login-pipeline/config';
import type { Environment } from '@login-pipeline/config';
import { faultsOf, memberOf } from '@login-pipeline/config/testing';
import { kafka } from './connection.ts';
import { distinctTopics, STALL_TIMEOUT, topic } from './consumer.ts';
import { producer } from './producer.ts';
import { CERTIFICATE, KEY, OTHER_KEY } from './testing/pem.ts';

const SERVICE = compose(
  { kafka: kafka('sample'), producer: producer(0) },
  concern(
    {
      inputTopic: topic('INPUT_TOPIC', 'Topic to read', 'in'),
      outputTopic: topic('OUTPUT_TOPIC', 'Topic to write', 'out'),
      stallTimeoutMs: STALL_TIMEOUT,
    },
    { rules: distinctTopics('INPUT_TOPIC', 'OUTPUT_TOPIC') },
  ),
);

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
writeFileSync(secret, 's3cret-of-file \n');
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

describe('A valid value', () => {
  it.each<[Environment, string, unknown]>([
    [{ KAFKA_BROKERS: 'a:1, b.example:65535' }, 'kafka.brokers', ['a:1', 'b.example:65535']],
    [{ KAFKA_CLIENT_ID: 'me' }, 'kafka.clientId', 'me'],
    [{ KAFKA_SSL: 'true' }, 'kafka.ssl', {}],
    [{ KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: cert }, 'kafka.ssl', { caFile: cert }],
    [
      { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key },
      'kafka.ssl',
      { certFile: cert, keyFile: key },
    ],
    [{ LINGER_MS: '0' }, 'producer.lingerMs', 0],
    [{ BATCH_MAX_RECORDS: '1' }, 'producer.batchMaxRecords', 1],
    [{ COMPRESSION: 'lz4' }, 'producer.compression', 'lz4'],
    [{ ...USER, KAFKA_SASL_PASSWORD: 'p' }, 'kafka.sasl.username', 'ann'],
    [{ ...USER, KAFKA_SASL_PASSWORD: ' p ' }, 'kafka.sasl.password', ' p '],
    [{ ...USER, KAFKA_SASL_PASSWORD_FILE: secret }, 'kafka.sasl.password', 's3cret-of-file '],
    [OAUTH, 'kafka.sasl.mechanism', 'oauthbearer'],
    [OAUTH, 'kafka.sasl.tokenEndpointUrl', 'https://login.example/token'],
    [OAUTH, 'kafka.sasl.clientId', 'me'],
    [OAUTH, 'kafka.sasl.clientSecret', 'p'],
    [{ ...OAUTH, KAFKA_SASL_OAUTHBEARER_SCOPE: 'a b' }, 'kafka.sasl.scope', 'a b'],
    ...['plain', 'scram-sha-256', 'scram-sha-512'].map(
      (mechanism): [Environment, string, unknown] => [
        { ...USER, KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_PASSWORD: 'p' },
        'kafka.sasl.mechanism',
        mechanism,
      ],
    ),
  ])('%j is at %s', (env, path, expected) => {
    expect(memberOf(loadSettings(SERVICE, env), path)).toEqual(expected);
  });
});

describe('A wrong value', () => {
  it.each<[string, readonly string[]]>([
    ['KAFKA_BROKERS', ['nope', 'a:0', 'a:65536', 'a:1,', ',', 'http://a:1', '[::1]:9092']],
    ['KAFKA_SSL', ['yes', 'TRUE', '1']],
    ['KAFKA_SASL_MECHANISM', ['oauth', 'PLAIN', 'gssapi']],
    [
      'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
      ['login.example', 'http://login.example/token', 'ftp://localhost/', 'https://'],
    ],
    ['LINGER_MS', ['-1', '3600001', '1s']],
    ['BATCH_MAX_RECORDS', ['0', '1000001', 'many']],
    ['COMPRESSION', ['brotli', 'GZIP']],
    ['INPUT_TOPIC', ['a b', '.', '..', 'a/b', 'x'.repeat(250)]],
    ['STALL_TIMEOUT_MS', ['0', '-1', '3600001', 'Infinity']],
  ])('of %s is refused by its name', (name, values) => {
    for (const value of values) {
      const faults = faultsOf(SERVICE, { ...saslPartners(name), [name]: value });
      expect(faults.map((fault) => `${fault.name} (${value})`)).toEqual([`${name} (${value})`]);
      expect(faults[0]?.problem).toMatch(/^expected /);
    }
  });

  it.each(['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'])(
    '%s must be a readable file',
    (name) => {
      const env = { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key };
      for (const path of ['/no/such/file', folder]) {
        expect(faultsOf(SERVICE, { ...env, [name]: path })).toEqual([
          { name, problem: 'expected the path of a file that exists and may be read' },
        ]);
      }
    },
  );

  /** A lone SASL variable would be a second fault. */
  function saslPartners(name: string): Environment {
    if (name.includes('OAUTHBEARER')) return OAUTH;
    return name === 'KAFKA_SASL_MECHANISM' ? { ...USER, KAFKA_SASL_PASSWORD: 'p' } : {};
  }
});
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
    expect(faultsOf(SERVICE, env)).toEqual([{ name, problem }]);
  });

  it.each([['/no/such/file'], [folder], [emptyFile]])(
    'are refused once: SASL with the password file %s',
    (path) => {
      expect(faultsOf(SERVICE, { ...USER, KAFKA_SASL_PASSWORD_FILE: path })).toEqual([
        {
          name: 'KAFKA_SASL_PASSWORD_FILE',
          problem: 'expected the path of a readable file with the secret in it',
        },
      ]);
    },
  );
});

const warningsWith = (env: Environment): readonly string[] =>
  SERVICE.warnings(loadSettings(SERVICE, env));

describe('A connection', () => {
  it('show the file of a secret, not its content', () => {
    const view = redact(loadSettings(SERVICE, { ...USER, KAFKA_SASL_PASSWORD_FILE: secret }));
    expect(view).toMatchObject({ KAFKA_SASL_PASSWORD_FILE: secret });
    expect(JSON.stringify(view)).not.toMatch(/s3cret/);
  });

  it('give the secret that its file holds now', () => {
    const file = join(folder, 'rotated');
    writeFileSync(file, 'first\n');
    const { sasl } = loadSettings(SERVICE, { ...USER, KAFKA_SASL_PASSWORD_FILE: file }).kafka;
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
