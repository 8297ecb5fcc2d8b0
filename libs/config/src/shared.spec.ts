import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from './index.ts';
import type { Environment } from './index.ts';
import { faultsOf, memberOf } from './testing/index.ts';
import { CERTIFICATE, KEY } from './testing/pem.ts';
import { SAMPLE } from './testing/sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
const cert = join(folder, 'tls.crt');
const key = join(folder, 'tls.key');
const secret = join(folder, 'password');
writeFileSync(cert, CERTIFICATE);
writeFileSync(key, KEY);
writeFileSync(secret, 's3cret-of-file \n');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const USER = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'ann' };
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
    [{ HTTP_HOST: '::1' }, 'http.host', '::1'],
    [{ HTTP_PORT: '0' }, 'http.port', 0],
    [{ HTTP_PORT: ' 65535 ' }, 'http.port', 65_535],
    [{ HTTP_PORT: '' }, 'http.port', 3001],
    [{ LOG_LEVEL: 'trace' }, 'log.level', 'trace'],
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
    [
      { HTTP_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8,::1' },
      'http.trustedProxies',
      ['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1'],
    ],
    ...['plain', 'scram-sha-256', 'scram-sha-512'].map(
      (mechanism): [Environment, string, unknown] => [
        { ...USER, KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_PASSWORD: 'p' },
        'kafka.sasl.mechanism',
        mechanism,
      ],
    ),
  ])('%j is at %s', (env, path, expected) => {
    expect(memberOf(loadSettings(SAMPLE, env), path)).toEqual(expected);
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
    [
      'HTTP_TRUSTED_PROXIES',
      [
        'proxy',
        '10.0.0.0/33',
        '10.0.0.0/',
        '::1/129',
        '10.0.0.1,',
        '*',
        '10.0.0.0/8/8',
        'fe80::1%1',
      ],
    ],
    ['HTTP_PORT', ['-1', '65536', '80.5', '0x50', 'http', '1e3']],
    ['LOG_LEVEL', ['silent', 'INFO', 'verbose']],
    ['LINGER_MS', ['-1', '3600001', '1s']],
    ['BATCH_MAX_RECORDS', ['0', '1000001', 'many']],
    ['COMPRESSION', ['brotli', 'GZIP']],
  ])('of %s is refused by its name', (name, values) => {
    for (const value of values) {
      const faults = faultsOf(SAMPLE, { ...saslPartners(name), [name]: value });
      expect(faults.map((fault) => `${fault.name} (${value})`)).toEqual([`${name} (${value})`]);
      expect(faults[0]?.problem).toMatch(/^expected /);
    }
  });

  it.each(['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'])(
    '%s must be a readable file',
    (name) => {
      const env = { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key };
      for (const path of ['/no/such/file', folder]) {
        expect(faultsOf(SAMPLE, { ...env, [name]: path })).toEqual([
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
