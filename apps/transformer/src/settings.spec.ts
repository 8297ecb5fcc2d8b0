import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import type { Environment } from '@login-pipeline/config';
import { faultsOf, memberOf } from '@login-pipeline/config/testing';
import { SETTINGS } from './settings.ts';

const CONNECTION = { brokers: ['localhost:29092'], ssl: false };
const NO_TRACES = {
  exporter: 'none',
  endpoint: 'http://localhost:4318',
  headers: undefined,
  ratio: 1,
};

describe('The defaults', () => {
  it('are the contract’s', () => {
    expect(loadSettings(SETTINGS, {})).toEqual({
      kafka: { ...CONNECTION, clientId: 'transformer' },
      http: { host: '0.0.0.0', port: 3001, trustedProxies: [] },
      log: { level: 'info' },
      traces: NO_TRACES,
      producer: { lingerMs: 0, batchMaxRecords: 10_000, compression: 'none' },
      schemas: { outputFraming: 'plain' },
      topics: {
        inputTopic: 'user-login',
        outputTopic: 'processed-user-login',
        deadLetterTopic: 'user-login.dead-letter',
        lastLoginTopic: undefined,
        groupId: 'transformer',
      },
      filters: { appVersions: ['2.0.0'] },
      deadLetterMaxRatio: 0.5,
      stallTimeoutMs: 60_000,
      drainTimeoutMs: 20_000,
    });
  });
});

describe('A valid value', () => {
  it.each<[Environment, string, unknown]>([
    [{ INPUT_TOPIC: 'in.A-1_' }, 'topics.inputTopic', 'in.A-1_'],
    [{ OUTPUT_TOPIC: 'out' }, 'topics.outputTopic', 'out'],
    [{ DEAD_LETTER_TOPIC: 'dead' }, 'topics.deadLetterTopic', 'dead'],
    [{ LAST_LOGIN_TOPIC: 'last' }, 'topics.lastLoginTopic', 'last'],
    [{ GROUP_ID: 'my group' }, 'topics.groupId', 'my group'],
    [{ FILTER_APP_VERSIONS: '*' }, 'filters.appVersions', ['*']],
    [
      { FILTER_APP_VERSIONS: '2.0.0, 2.x,^2.1,>=2.0.0 <3,nightly' },
      'filters.appVersions',
      ['2.0.0', '2.x', '^2.1', '>=2.0.0 <3', 'nightly'],
    ],
    [{ DEAD_LETTER_MAX_RATIO: '1' }, 'deadLetterMaxRatio', 1],
    [{ STALL_TIMEOUT_MS: '1' }, 'stallTimeoutMs', 1],
    [{ DRAIN_TIMEOUT_MS: '3600000' }, 'drainTimeoutMs', 3_600_000],
  ])('%j is at %s', (env, path, expected) => {
    expect(memberOf(loadSettings(SETTINGS, env), path)).toEqual(expected);
  });
});

describe('A wrong value', () => {
  it.each<[string, readonly string[]]>([
    ['INPUT_TOPIC', ['a b', '.', '..', 'a/b', 'x'.repeat(250)]],
    ['OUTPUT_TOPIC', ['a b', 'ü']],
    ['DEAD_LETTER_TOPIC', ['a,b', '*']],
    ['FILTER_APP_VERSIONS', [',', '2.0.0,', '>=2 <', '^', '=>2', '2.0 || >']],
    ['DEAD_LETTER_MAX_RATIO', ['-0.1', '1.01', '50%', '.5', 'NaN']],
    ['STALL_TIMEOUT_MS', ['0', '-1', '3600001', 'Infinity']],
    ['DRAIN_TIMEOUT_MS', ['0', '20s']],
  ])('of %s is refused by its name', (name, values) => {
    for (const value of values) {
      const faults = faultsOf(SETTINGS, { [name]: value });
      expect(faults.map((fault) => `${fault.name} (${value})`)).toEqual([`${name} (${value})`]);
      expect(faults[0]?.problem).toMatch(/^expected /);
    }
  });

  it.each<[Environment, string, string]>([
    [{ OUTPUT_TOPIC: 'user-login' }, 'OUTPUT_TOPIC', 'INPUT_TOPIC'],
    [{ DEAD_LETTER_TOPIC: 'processed-user-login' }, 'DEAD_LETTER_TOPIC', 'OUTPUT_TOPIC'],
    [{ LAST_LOGIN_TOPIC: 'user-login' }, 'LAST_LOGIN_TOPIC', 'INPUT_TOPIC'],
  ])('is a topic of another role: %j', (env, name, other) => {
    expect(faultsOf(SETTINGS, env)).toEqual([{ name, problem: `must differ from ${other}` }]);
  });
});
