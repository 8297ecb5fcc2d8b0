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
});

describe('A valid value', () => {
  it.each<[Environment, string, unknown]>([
    [{ INSIGHT_COUNTS_TOPIC: 'counts' }, 'countsTopic', 'counts'],
    [{ SNAPSHOT_TOPIC: 's' }, 'snapshotTopic', 's'],
    [{ SNAPSHOT_INTERVAL_MS: '50' }, 'snapshotIntervalMs', 50],
    [{ INSIGHTS_LOG_EVERY: '1' }, 'insightsLogEvery', 1],
    [{ TRAFFIC_RETENTION_MINUTES: '60' }, 'trafficRetentionMinutes', 60],
    [{ INSIGHT_RETENTION_DAYS: '366' }, 'insightRetentionDays', 366],
    [{ MAX_DISTINCT_VALUES: '5' }, 'maxDistinctValues', 5],
  ])('%j is at %s', (env, path, expected) => {
    expect(memberOf(loadSettings(SETTINGS, env), path)).toEqual(expected);
  });
});

describe('A wrong value', () => {
  it.each<[string, readonly string[]]>([
    ['SNAPSHOT_TOPIC', ['a:b']],
    ['SNAPSHOT_INTERVAL_MS', ['0', 'x']],
    ['INSIGHTS_LOG_EVERY', ['0', 'x']],
    ['TRAFFIC_RETENTION_MINUTES', ['0', 'x']],
    ['INSIGHT_RETENTION_DAYS', ['0', '367', '31d', '1.5']],
    ['MAX_DISTINCT_VALUES', ['0', '100001']],
  ])('of %s is refused by its name', (name, values) => {
    for (const value of values) {
      const faults = faultsOf(SETTINGS, { [name]: value });
      expect(faults.map((fault) => `${fault.name} (${value})`)).toEqual([`${name} (${value})`]);
      expect(faults[0]?.problem).toMatch(/^expected /);
    }
  });

  it('is a snapshot topic that is the input', () => {
    expect(faultsOf(SETTINGS, { INPUT_TOPIC: 'x', SNAPSHOT_TOPIC: 'x' })).toEqual([
      { name: 'SNAPSHOT_TOPIC', problem: 'must differ from INPUT_TOPIC' },
    ]);
  });
});
