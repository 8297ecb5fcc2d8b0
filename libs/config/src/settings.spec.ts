import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  loadAggregatorSettings,
  loadGeneratorSettings,
  loadTopicSettings,
  loadTransformerSettings,
} from './index.ts';
import type { Environment } from './index.ts';
import { faultsOf, LOADERS } from './testing/faults-of.ts';
import type { Service } from './testing/faults-of.ts';
import { CERTIFICATE, KEY } from './testing/pem.ts';

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

/** @returns the member at a path such as `kafka.ssl`; of a secret, its text */
function member(settings: object, path: string): unknown {
  const found = path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], settings);
  return typeof found === 'function' ? (found as () => unknown)() : found;
}

const CONNECTION = { brokers: ['localhost:29092'], ssl: false };

const NO_TRACES = {
  exporter: 'none',
  endpoint: 'http://localhost:4318',
  headers: undefined,
  ratio: 1,
};

describe('Without any variable', () => {
  it('the transformer has the contract’s defaults', () => {
    expect(loadTransformerSettings({})).toEqual({
      kafka: { ...CONNECTION, clientId: 'transformer' },
      http: { host: '0.0.0.0', port: 3001, trustedProxies: [] },
      log: { level: 'info' },
      traces: NO_TRACES,
      producer: { lingerMs: 0, batchMaxRecords: 10_000, compression: 'none' },
      schemas: { outputFraming: 'plain' },
      inputTopic: 'user-login',
      outputTopic: 'processed-user-login',
      deadLetterTopic: 'user-login.dead-letter',
      lastLoginTopic: undefined,
      groupId: 'transformer',
      filterAppVersions: ['2.0.0'],
      deadLetterMaxRatio: 0.5,
      stallTimeoutMs: 60_000,
      drainTimeoutMs: 20_000,
    });
  });

  it('the aggregator has the contract’s defaults', () => {
    expect(loadAggregatorSettings({})).toEqual({
      kafka: { ...CONNECTION, clientId: 'aggregator' },
      http: { host: '0.0.0.0', port: 3000, trustedProxies: [] },
      log: { level: 'info' },
      traces: NO_TRACES,
      inputTopic: 'processed-user-login',
      snapshotTopic: 'login-insights',
      groupId: 'aggregator',
      transformerInputTopic: 'user-login',
      transformerGroupId: 'transformer',
      snapshotIntervalMs: 1000,
      insightsLogEvery: 10,
      trafficRetentionMinutes: 1440,
      insightRetentionDays: 31,
      maxDistinctValues: 1000,
      stallTimeoutMs: 60_000,
      drainTimeoutMs: 20_000,
    });
  });

  it('the data generator has the contract’s defaults', () => {
    expect(loadGeneratorSettings({})).toEqual({
      kafka: { ...CONNECTION, clientId: 'data-generator' },
      http: { host: '0.0.0.0', port: 3002, trustedProxies: [] },
      log: { level: 'info' },
      traces: NO_TRACES,
      producer: { lingerMs: 5, batchMaxRecords: 10_000, compression: 'none' },
      schemas: { outputFraming: 'plain' },
      outputTopic: 'user-login',
      rate: 100,
      count: 0,
      seed: 1,
      badRatio: 0,
      truthFile: undefined,
    });
  });

  it('the topic set-up has the contract’s defaults', () => {
    expect(loadTopicSettings({})).toEqual({
      kafka: { ...CONNECTION, clientId: 'topics' },
      partitions: 4,
      replicationFactor: 1,
    });
  });
});

const USER = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'ann' };
const OAUTH = {
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://login.example/token',
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'me',
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'p',
};

describe('A valid value', () => {
  it.each<[Service, Environment, string, unknown]>([
    [
      'transformer',
      { KAFKA_BROKERS: 'a:1, b.example:65535' },
      'kafka.brokers',
      ['a:1', 'b.example:65535'],
    ],
    ['transformer', { KAFKA_CLIENT_ID: 'me' }, 'kafka.clientId', 'me'],
    ['transformer', { KAFKA_SSL: 'true' }, 'kafka.ssl', {}],
    ['transformer', { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: cert }, 'kafka.ssl', { caFile: cert }],
    [
      'transformer',
      { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key },
      'kafka.ssl',
      { certFile: cert, keyFile: key },
    ],
    ['topics', { ...USER, KAFKA_SASL_PASSWORD: 'p' }, 'kafka.sasl.username', 'ann'],
    ['topics', { ...USER, KAFKA_SASL_PASSWORD: ' p ' }, 'kafka.sasl.password', ' p '],
    [
      'topics',
      { ...USER, KAFKA_SASL_PASSWORD_FILE: secret },
      'kafka.sasl.password',
      's3cret-of-file ',
    ],
    ...['plain', 'scram-sha-256', 'scram-sha-512'].map(
      (mechanism): [Service, Environment, string, unknown] => [
        'topics',
        { ...USER, KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_PASSWORD: 'p' },
        'kafka.sasl.mechanism',
        mechanism,
      ],
    ),
    ['topics', OAUTH, 'kafka.sasl.mechanism', 'oauthbearer'],
    ['topics', OAUTH, 'kafka.sasl.tokenEndpointUrl', 'https://login.example/token'],
    ['topics', OAUTH, 'kafka.sasl.clientId', 'me'],
    ['topics', OAUTH, 'kafka.sasl.clientSecret', 'p'],
    ['topics', { ...OAUTH, KAFKA_SASL_OAUTHBEARER_SCOPE: 'a b' }, 'kafka.sasl.scope', 'a b'],
    ['transformer', { HTTP_HOST: '::1' }, 'http.host', '::1'],
    ['transformer', { HTTP_PORT: '0' }, 'http.port', 0],
    [
      'aggregator',
      { HTTP_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8,::1' },
      'http.trustedProxies',
      ['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1'],
    ],
    ['transformer', { HTTP_PORT: ' 65535 ' }, 'http.port', 65_535],
    ['transformer', { HTTP_PORT: '' }, 'http.port', 3001],
    ['transformer', { LOG_LEVEL: 'trace' }, 'log.level', 'trace'],
    ['transformer', { LINGER_MS: '0' }, 'producer.lingerMs', 0],
    ['transformer', { BATCH_MAX_RECORDS: '1' }, 'producer.batchMaxRecords', 1],
    ['transformer', { COMPRESSION: 'lz4' }, 'producer.compression', 'lz4'],
    ['transformer', { INPUT_TOPIC: 'in.A-1_' }, 'inputTopic', 'in.A-1_'],
    ['transformer', { OUTPUT_TOPIC: 'out' }, 'outputTopic', 'out'],
    ['transformer', { DEAD_LETTER_TOPIC: 'dead' }, 'deadLetterTopic', 'dead'],
    ['transformer', { LAST_LOGIN_TOPIC: 'last' }, 'lastLoginTopic', 'last'],
    ['aggregator', { INSIGHT_COUNTS_TOPIC: 'counts' }, 'countsTopic', 'counts'],
    ['transformer', { GROUP_ID: 'my group' }, 'groupId', 'my group'],
    ['transformer', { FILTER_APP_VERSIONS: '*' }, 'filterAppVersions', ['*']],
    [
      'transformer',
      { FILTER_APP_VERSIONS: '2.0.0, 2.x,^2.1,>=2.0.0 <3,nightly' },
      'filterAppVersions',
      ['2.0.0', '2.x', '^2.1', '>=2.0.0 <3', 'nightly'],
    ],
    ['transformer', { DEAD_LETTER_MAX_RATIO: '1' }, 'deadLetterMaxRatio', 1],
    ['transformer', { STALL_TIMEOUT_MS: '1' }, 'stallTimeoutMs', 1],
    ['transformer', { DRAIN_TIMEOUT_MS: '3600000' }, 'drainTimeoutMs', 3_600_000],
    ['aggregator', { SNAPSHOT_TOPIC: 's' }, 'snapshotTopic', 's'],
    ['aggregator', { SNAPSHOT_INTERVAL_MS: '50' }, 'snapshotIntervalMs', 50],
    ['aggregator', { INSIGHTS_LOG_EVERY: '1' }, 'insightsLogEvery', 1],
    ['aggregator', { TRAFFIC_RETENTION_MINUTES: '60' }, 'trafficRetentionMinutes', 60],
    ['aggregator', { INSIGHT_RETENTION_DAYS: '366' }, 'insightRetentionDays', 366],
    ['aggregator', { MAX_DISTINCT_VALUES: '5' }, 'maxDistinctValues', 5],
    ['generator', { RATE: '0.5' }, 'rate', 0.5],
    ['generator', { COUNT: '9007199254740991' }, 'count', Number.MAX_SAFE_INTEGER],
    ['generator', { SEED: '0' }, 'seed', 0],
    ['generator', { BAD_RATIO: '0.01' }, 'badRatio', 0.01],
    [
      'generator',
      { TRUTH_FILE: join(folder, 'truth.json') },
      'truthFile',
      join(folder, 'truth.json'),
    ],
    ['topics', { PARTITIONS: '12' }, 'partitions', 12],
    ['topics', { REPLICATION_FACTOR: '3' }, 'replicationFactor', 3],
  ])('for the %s, %j, is at %s', (service, env, path, expected) => {
    expect(member(LOADERS[service](env), path)).toEqual(expected);
  });
});

describe('A wrong value', () => {
  it.each<[Service, string, readonly string[]]>([
    [
      'transformer',
      'KAFKA_BROKERS',
      ['nope', 'a:0', 'a:65536', 'a:1,', ',', 'http://a:1', '[::1]:9092'],
    ],
    ['transformer', 'KAFKA_SSL', ['yes', 'TRUE', '1']],
    ['transformer', 'KAFKA_SASL_MECHANISM', ['oauth', 'PLAIN', 'gssapi']],
    [
      'transformer',
      'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
      ['login.example', 'http://login.example/token', 'ftp://localhost/', 'https://'],
    ],
    [
      'transformer',
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
    ['transformer', 'HTTP_PORT', ['-1', '65536', '80.5', '0x50', 'http', '1e3']],
    ['transformer', 'LOG_LEVEL', ['silent', 'INFO', 'verbose']],
    ['transformer', 'LINGER_MS', ['-1', '3600001', '1s']],
    ['transformer', 'BATCH_MAX_RECORDS', ['0', '1000001', 'many']],
    ['transformer', 'COMPRESSION', ['brotli', 'GZIP']],
    ['transformer', 'INPUT_TOPIC', ['a b', '.', '..', 'a/b', 'x'.repeat(250)]],
    ['transformer', 'OUTPUT_TOPIC', ['a b', 'ü']],
    ['transformer', 'DEAD_LETTER_TOPIC', ['a,b', '*']],
    ['transformer', 'FILTER_APP_VERSIONS', [',', '2.0.0,', '>=2 <', '^', '=>2', '2.0 || >']],
    ['transformer', 'DEAD_LETTER_MAX_RATIO', ['-0.1', '1.01', '50%', '.5', 'NaN']],
    ['transformer', 'STALL_TIMEOUT_MS', ['0', '-1', '3600001', 'Infinity']],
    ['transformer', 'DRAIN_TIMEOUT_MS', ['0', '20s']],
    ['aggregator', 'SNAPSHOT_TOPIC', ['a:b']],
    ['aggregator', 'SNAPSHOT_INTERVAL_MS', ['0', 'x']],
    ['aggregator', 'INSIGHTS_LOG_EVERY', ['0', 'x']],
    ['aggregator', 'TRAFFIC_RETENTION_MINUTES', ['0', 'x']],
    ['aggregator', 'INSIGHT_RETENTION_DAYS', ['0', '367', '31d', '1.5']],
    ['aggregator', 'MAX_DISTINCT_VALUES', ['0', '100001']],
    ['generator', 'RATE', ['-1', 'fast', '10000001']],
    ['generator', 'COUNT', ['-1', '1.5', '9007199254740992']],
    ['generator', 'SEED', ['-1', '4294967296', 'abc']],
    ['generator', 'BAD_RATIO', ['-1', '2']],
    ['generator', 'TRUTH_FILE', ['/no/such/folder/truth.json']],
    ['topics', 'PARTITIONS', ['0', '10001']],
    ['topics', 'REPLICATION_FACTOR', ['0', '101']],
  ])('for the %s: %s is refused by its name', (service, name, values) => {
    for (const value of values) {
      const faults = faultsOf(service, { ...saslPartners(name), [name]: value });
      expect(faults.map((fault) => `${fault.name} (${value})`)).toEqual([`${name} (${value})`]);
      expect(faults[0]?.problem).toMatch(/^expected /);
    }
  });

  it.each(['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'])(
    '%s must be a readable file',
    (name) => {
      const env = { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key };
      for (const path of ['/no/such/file', folder]) {
        expect(faultsOf('transformer', { ...env, [name]: path })).toEqual([
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
