import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import type { Environment } from '@login-pipeline/config';
import { faultsOf, memberOf } from '@login-pipeline/config/testing';
import { SETTINGS } from './settings.ts';

const TRUTH = join(tmpdir(), 'truth.json');

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
});

describe('A valid value', () => {
  it.each<[Environment, string, unknown]>([
    [{ RATE: '0.5' }, 'rate', 0.5],
    [{ COUNT: '9007199254740991' }, 'count', Number.MAX_SAFE_INTEGER],
    [{ SEED: '0' }, 'seed', 0],
    [{ BAD_RATIO: '0.01' }, 'badRatio', 0.01],
    [{ TRUTH_FILE: TRUTH }, 'truthFile', TRUTH],
  ])('%j is at %s', (env, path, expected) => {
    expect(memberOf(loadSettings(SETTINGS, env), path)).toEqual(expected);
  });
});

describe('A wrong value', () => {
  it.each<[string, readonly string[]]>([
    ['RATE', ['-1', 'fast', '10000001']],
    ['COUNT', ['-1', '1.5', '9007199254740992']],
    ['SEED', ['-1', '4294967296', 'abc']],
    ['BAD_RATIO', ['-1', '2']],
    ['TRUTH_FILE', ['/no/such/folder/truth.json']],
  ])('of %s is refused by its name', (name, values) => {
    for (const value of values) {
      const faults = faultsOf(SETTINGS, { [name]: value });
      expect(faults.map((fault) => `${fault.name} (${value})`)).toEqual([`${name} (${value})`]);
      expect(faults[0]?.problem).toMatch(/^expected /);
    }
  });
});
