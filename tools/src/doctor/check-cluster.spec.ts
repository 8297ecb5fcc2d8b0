import { describe, expect, it } from '@jest/globals';
import type { ClusterFacts, TopicFacts } from '@login-pipeline/kafka';
import { TOPIC_TABLE } from '../topic-table.ts';
import { clusterChecks } from './check-cluster.ts';
import { verdict } from './check.ts';

const EXPECTED = { maxLag: 100, brokers: 'a:1' };
const FACTS: ClusterFacts = {
  brokers: ['a:1', 'b:1', 'c:1'],
  hasController: true,
  brokerSettings: {
    'auto.create.topics.enable': 'false',
    'transaction.max.timeout.ms': '900000',
  },
  topics: TOPIC_TABLE.map(({ topic, config }) => ({
    topic,
    partitions: 4,
    replicationFactor: 3,
    underReplicated: [],
    leaderless: [],
    settings: { ...config, 'min.insync.replicas': '2' },
  })),
  groups: [{ groupId: 'transformer', topic: 'user-login', state: 'Stable', members: 2, lag: 100n }],
  openTransactions: [],
};

function findings(facts: Partial<ClusterFacts>): readonly string[] {
  return clusterChecks({ ...FACTS, ...facts }, EXPECTED)
    .filter(({ state }) => state !== 'ok')
    .map(({ state, what }) => `${state}: ${what}`);
}

function withTopic(change: Partial<TopicFacts>): readonly TopicFacts[] {
  return FACTS.topics.map((facts, index) => (index === 0 ? { ...facts, ...change } : facts));
}

describe('clusterChecks', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(findings({})).toEqual([]);
  });

  it.each<[string, Partial<ClusterFacts>]>([
    ['mend: no controller', { hasController: false }],
    ['look: the settings of the brokers may not be read', { brokerSettings: undefined }],
    [
      'mend: transaction.max.timeout.ms=30000 refuses the transformer',
      { brokerSettings: { 'transaction.max.timeout.ms': '30000' } },
    ],
    [
      'mend: topic user-login: nobody leads partitions 1',
      { topics: withTopic({ leaderless: [1] }) },
    ],
    [
      'look: topic user-login: replicas of partitions 0, 2 are behind',
      { topics: withTopic({ underReplicated: [0, 2] }) },
    ],
    [
      'look: the settings of topic user-login may not be read',
      { topics: withTopic({ settings: undefined }) },
    ],
    [
      'look: user-login has 6 partitions and processed-user-login 4: records are placed anew, by their keys',
      { topics: withTopic({ partitions: 6 }) },
    ],
    [
      'look: topic processed-user-login: message.timestamp.before.max.ms=1000 refuses records that user-login takes: they become dead letters',
      {
        topics: FACTS.topics.map((facts) =>
          facts.topic === 'processed-user-login'
            ? {
                ...facts,
                settings: { ...facts.settings, 'message.timestamp.before.max.ms': '1000' },
              }
            : facts,
        ),
      },
    ],
    [
      'mend: topic user-login: min.insync.replicas=4 of 3 replicas, so nothing can be written',
      {
        topics: withTopic({ settings: { 'cleanup.policy': 'delete', 'min.insync.replicas': '4' } }),
      },
    ],
    [
      'mend: topic user-login has cleanup.policy=compact, wanted delete',
      {
        topics: withTopic({
          settings: { 'cleanup.policy': 'compact', 'min.insync.replicas': '2' },
        }),
      },
    ],
    [
      'look: topic user-login: 1 replicas, min.insync.replicas=1, so the loss of a broker can lose records',
      {
        topics: withTopic({
          replicationFactor: 1,
          settings: { 'cleanup.policy': 'delete', 'min.insync.replicas': '1' },
        }),
      },
    ],
    [
      'look: group g on t: 0 members, nothing committed yet',
      { groups: [{ groupId: 'g', topic: 't', state: 'Empty', members: 0, lag: undefined }] },
    ],
    [
      'look: group g on t: Stable, 1 members, 101 records behind',
      { groups: [{ groupId: 'g', topic: 't', state: 'Stable', members: 1, lag: 101n }] },
    ],
  ])('finds "%s"', (finding, facts) => {
    expect(findings(facts)).toEqual([finding]);
  });
});

it('a verdict has a line per finding with its fix, and is 1 when something has to be mended', () => {
  const ok = { state: 'ok', what: 'all well' } as const;
  const mend = { state: 'mend', what: 'broken', fix: 'Mend it' } as const;
  expect(verdict([ok])).toEqual({
    lines: ['ok    all well', '1 ok, 0 worth a look, 0 to mend'],
    exitCode: 0,
  });
  expect(verdict([ok, mend])).toEqual({
    lines: ['ok    all well', 'MEND  broken. Mend it', '1 ok, 0 worth a look, 1 to mend'],
    exitCode: 1,
  });
});
