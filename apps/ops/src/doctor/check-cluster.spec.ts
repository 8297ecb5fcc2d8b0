import { describe, expect, it } from '@jest/globals';
import type {
  ClusterFacts,
  OpenTransaction,
  TopicFacts,
} from '@login-pipeline/nest-streams/operations';
import { TOPIC_TABLE } from '../topics/topic-table.ts';
import { clusterChecks } from './check-cluster.ts';
import { verdict } from './check.ts';

const EXPECTED = { maxLag: 100, brokers: 'a:1', lastLoginTopic: undefined };
const DAY_MS = 86_400_000;
const SETTINGS = { 'cleanup.policy': 'delete', 'min.insync.replicas': '2' };
const OPEN: OpenTransaction = {
  topic: 'out',
  partition: 1,
  offset: 7n,
  producerId: 1n,
  epoch: 0,
  coordinatorEpoch: 0,
  lastTimestamp: 0n,
  fate: 'lost',
  coordinated: undefined,
};
const FACTS: ClusterFacts = {
  brokers: ['a:1', 'b:1', 'c:1'],
  hasController: true,
  brokerSettings: {
    'auto.create.topics.enable': 'false',
    'transaction.max.timeout.ms': '900000',
    'offsets.retention.minutes': '10080',
    'offsets.topic.replication.factor': '3',
    'transaction.state.log.replication.factor': '3',
    'transaction.state.log.min.isr': '2',
  },
  internalTopics: [],
  topics: TOPIC_TABLE.map(({ topic, config }) => ({
    topic,
    partitions: 4,
    replicationFactor: 3,
    underReplicated: [],
    leaderless: [],
    settings: { ...config, 'min.insync.replicas': '2' },
  })),
  groups: [],
  openTransactions: { found: [] },
};

function findings(facts: Partial<ClusterFacts>): readonly string[] {
  return clusterChecks({ ...FACTS, ...facts }, EXPECTED)
    .filter(({ state }) => state !== 'ok')
    .map(({ state, what }) => `${state}: ${what}`);
}

function withTopic(change: Partial<TopicFacts>): readonly TopicFacts[] {
  return FACTS.topics.map((facts, index) => (index === 0 ? { ...facts, ...change } : facts));
}

function withBrokerSetting(name: string, value: string): Partial<ClusterFacts> {
  return { brokerSettings: { ...FACTS.brokerSettings, [name]: value } };
}

describe('clusterChecks', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(findings({})).toEqual([]);
  });

  it('needs no brokers for topics of their own that there are', () => {
    const facts = withBrokerSetting('offsets.topic.replication.factor', '5');
    expect(findings({ ...facts, internalTopics: ['__consumer_offsets'] })).toEqual([]);
  });

  it('wants as many partitions of the latest logins as of the input, where they are written', () => {
    const topics = FACTS.topics.map((facts) =>
      facts.topic === 'user-last-login' ? { ...facts, topic: 'latest', partitions: 8 } : facts,
    );
    const checks = clusterChecks({ ...FACTS, topics }, { ...EXPECTED, lastLoginTopic: 'latest' });
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([
      {
        state: 'mend',
        what: 'user-login has 4 partitions and latest 8: the transformer does not start',
        fix: 'Create a topic for LAST_LOGIN_TOPIC that has 4',
      },
    ]);
    expect(findings({ topics })).toEqual(['look: topic user-last-login is missing']);
  });

  it('tells that dead letters have another count, which is no fault', () => {
    const topics = FACTS.topics.map((facts) =>
      facts.topic === 'user-login.dead-letter' ? { ...facts, partitions: 2 } : facts,
    );
    expect(clusterChecks({ ...FACTS, topics }, EXPECTED)).toContainEqual({
      state: 'ok',
      what: 'user-login has 4 partitions and user-login.dead-letter 2',
    });
  });

  it.each<[string, Partial<ClusterFacts>]>([
    ['mend: no controller', { hasController: false }],
    ['look: the settings of the brokers may not be read', { brokerSettings: undefined }],
    [
      'mend: transaction.max.timeout.ms=30000 refuses the transformer',
      { brokerSettings: { 'transaction.max.timeout.ms': '30000' } },
    ],
    [
      'mend: topic user-login: no broker leads partitions 1',
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
      'look: offsets.retention.minutes=10080 (7 days), and user-login keeps records for 7.5 days: a transformer that is stopped for longer than its offsets are kept repeats all of them',
      { topics: withTopic({ settings: { ...SETTINGS, 'retention.ms': String(7.5 * DAY_MS) } }) },
    ],
    [
      'look: offsets.retention.minutes=10080 (7 days), and user-login keeps records for ever: a transformer that is stopped for longer than its offsets are kept repeats all of them',
      { topics: withTopic({ settings: { ...SETTINGS, 'retention.ms': '-1' } }) },
    ],
    [
      'mend: transaction.state.log.replication.factor=4, and there are 3 brokers: __transaction_state cannot be created, and nothing be coordinated',
      withBrokerSetting('transaction.state.log.replication.factor', '4'),
    ],
    [
      'mend: offsets.topic.replication.factor=5, and there are 3 brokers: __consumer_offsets cannot be created, and nothing be coordinated',
      withBrokerSetting('offsets.topic.replication.factor', '5'),
    ],
    [
      'mend: transaction.state.log.min.isr=4, and there are 3 brokers: __transaction_state cannot be written, and nothing be coordinated',
      {
        ...withBrokerSetting('transaction.state.log.min.isr', '4'),
        internalTopics: ['__transaction_state'],
      },
    ],
    [
      'mend: a transaction stays open in out, partition 1, from offset 7 on: readers wait there',
      { openTransactions: { found: [OPEN] } },
    ],
    [
      'look: open transactions cannot be looked at: DescribeProducers of topic "out": TOPIC_AUTHORIZATION_FAILED',
      {
        openTransactions: {
          refusal: 'DescribeProducers of topic "out": TOPIC_AUTHORIZATION_FAILED',
          isUnauthorized: true,
        },
      },
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
