import type { ClusterFacts, GroupFacts, TopicFacts } from '@login-pipeline/kafka';
import { TOPICS } from '@login-pipeline/schema';
import { differences, ESSENTIAL_SETTINGS, TOPIC_TABLE } from '../topic-table.ts';
import type { Check } from './check.ts';

/** How far a record's timestamp may be from the broker's clock, in milliseconds; the last one until Kafka 3. */
const BEFORE_LIMIT = 'message.timestamp.before.max.ms';
const AFTER_LIMIT = 'message.timestamp.after.max.ms';
const DIFFERENCE_LIMIT = 'message.timestamp.difference.max.ms';

export const TOPIC_SETTINGS = [
  ...ESSENTIAL_SETTINGS,
  'min.insync.replicas',
  'retention.ms',
  BEFORE_LIMIT,
  AFTER_LIMIT,
  DIFFERENCE_LIMIT,
];
export const BROKER_SETTINGS = ['auto.create.topics.enable', 'transaction.max.timeout.ms'];

/** How long the services let a transaction take, in milliseconds: the brokers must allow it. */
const TRANSACTION_TIMEOUT_MS = 60_000;

/** Replicas and replicas in sync that outlive the loss of a broker. */
const SAFE_REPLICAS = 3;
const SAFE_IN_SYNC = 2;

interface Expectations {
  /** Records that a group may be behind. */
  readonly maxLag: number;
  /** KAFKA_BROKERS, for the commands that mend something. */
  readonly brokers: string;
}

/** Judges what a cluster tells about itself: pure. */
export function clusterChecks(facts: ClusterFacts, expected: Expectations): readonly Check[] {
  return [
    ...brokerChecks(facts),
    ...TOPIC_TABLE.flatMap(({ topic }) => topicChecks(topic, facts, expected.brokers)),
    ...partitionChecks(facts.topics),
    ...timestampChecks(facts.topics),
    ...transactionChecks(facts, expected.brokers),
    ...facts.groups.map((group) => groupCheck(group, expected.maxLag)),
  ];
}

function brokerChecks({ brokers, hasController, brokerSettings }: ClusterFacts): Check[] {
  const checks: Check[] = [
    { state: 'ok', what: `${brokers.length} of the brokers: ${brokers.join(', ')}` },
  ];
  if (!hasController) {
    checks.push({
      state: 'mend',
      what: 'no controller',
      fix: 'Start a majority of the controllers',
    });
  }
  if (brokerSettings === undefined) {
    checks.push({
      state: 'look',
      what: 'the settings of the brokers may not be read',
      fix: 'Allow DescribeConfigs on the cluster to see them here',
    });
    return checks;
  }
  if (brokerSettings['auto.create.topics.enable'] === 'true') {
    checks.push({
      state: 'look',
      what: 'auto.create.topics.enable=true: a mistyped topic is created with settings nobody chose',
      fix: 'Set it to false on the brokers',
    });
  }
  const longest = Number(brokerSettings['transaction.max.timeout.ms']);
  checks.push(
    longest < TRANSACTION_TIMEOUT_MS
      ? {
          state: 'mend',
          what: `transaction.max.timeout.ms=${longest} refuses the transformer`,
          fix: `Set it to ${TRANSACTION_TIMEOUT_MS} or more on the brokers`,
        }
      : { state: 'ok', what: 'the brokers allow the transactions of the transformer' },
  );
  return checks;
}

function topicChecks(name: string, { topics, brokers }: ClusterFacts, bootstrap: string): Check[] {
  const found = topics.find(({ topic }) => topic === name);
  const definition = TOPIC_TABLE.find(({ topic }) => topic === name);
  if (found === undefined || definition === undefined) {
    const isOptional = name === TOPICS.userLastLogin || name === TOPICS.loginInsightCounts;
    const fix = 'Run npm run topics, or allow Describe on it';
    return [{ state: isOptional ? 'look' : 'mend', what: `topic ${name} is missing`, fix }];
  }
  const { partitions, replicationFactor, settings } = found;
  const checks: Check[] = replicaChecks(found, brokers.length);
  if (settings === undefined) {
    checks.push({
      state: 'look',
      what: `the settings of topic ${name} may not be read`,
      fix: 'Allow DescribeConfigs on it',
    });
  } else {
    const existing = { topic: name, partitions, replicationFactor, config: settings };
    for (const line of differences(definition, existing, 0, bootstrap)) {
      const [what = line, fix] = line.split(/: (?=kafka-)/);
      checks.push({ state: 'mend', what: `topic ${what}`, fix });
    }
  }
  if (checks.some(({ state }) => state === 'mend')) return checks;
  const size = `${partitions} partitions, ${replicationFactor} replicas`;
  return [{ state: 'ok', what: `topic ${name}: ${size}` }, ...checks];
}

function replicaChecks(
  { topic, replicationFactor, underReplicated, leaderless, settings }: TopicFacts,
  brokers: number,
): Check[] {
  const checks: Check[] = [];
  if (leaderless.length > 0) {
    const what = `topic ${topic}: nobody leads partitions ${leaderless.join(', ')}`;
    checks.push({ state: 'mend', what, fix: 'Start the brokers that have them' });
  }
  if (underReplicated.length > 0) {
    const what = `topic ${topic}: replicas of partitions ${underReplicated.join(', ')} are behind`;
    checks.push({ state: 'look', what, fix: 'Look for a broker that is down or slow' });
  }
  const inSync = Number(settings?.['min.insync.replicas'] ?? SAFE_IN_SYNC);
  if (inSync > replicationFactor) {
    const what = `topic ${topic}: min.insync.replicas=${inSync} of ${replicationFactor} replicas, so nothing can be written`;
    checks.push({ state: 'mend', what, fix: 'Lower it, or add replicas' });
  } else if (
    brokers >= SAFE_REPLICAS &&
    (replicationFactor < SAFE_REPLICAS || inSync < SAFE_IN_SYNC)
  ) {
    const what = `topic ${topic}: ${replicationFactor} replicas, min.insync.replicas=${inSync}, so the loss of a broker can lose records`;
    const fix = `Use ${SAFE_REPLICAS} replicas with min.insync.replicas=${SAFE_IN_SYNC}`;
    checks.push({ state: 'look', what, fix });
  }
  return checks;
}

/** With as many partitions the output keeps the input's, and with them the order of its keys. */
function partitionChecks(topics: readonly TopicFacts[]): Check[] {
  const count = (name: string): number | undefined =>
    topics.find(({ topic }) => topic === name)?.partitions;
  const input = count(TOPICS.userLogin);
  const output = count(TOPICS.processedUserLogin);
  if (input === undefined || output === undefined) return [];
  if (input === output) {
    return [
      {
        state: 'ok',
        what: `${TOPICS.userLogin} and ${TOPICS.processedUserLogin} have as many partitions`,
      },
    ];
  }
  return [
    {
      state: 'look',
      what: `${TOPICS.userLogin} has ${input} partitions and ${TOPICS.processedUserLogin} ${output}: records are placed anew, by their keys`,
      fix: 'Give both the same number to keep the partitions',
    },
  ];
}

/** Records keep their timestamps: what the input takes, the topics that are written to have to take, too. */
function timestampChecks(topics: readonly TopicFacts[]): Check[] {
  const settingsOf = (name: string): TopicFacts['settings'] =>
    topics.find(({ topic }) => topic === name)?.settings;
  const input = settingsOf(TOPICS.userLogin);
  return [TOPICS.processedUserLogin, TOPICS.userLastLogin].flatMap((topic) => {
    const settings = settingsOf(topic);
    if (input === undefined || settings?.['message.timestamp.type'] === 'LogAppendTime') return [];
    return [BEFORE_LIMIT, AFTER_LIMIT, DIFFERENCE_LIMIT].flatMap((name): Check[] => {
      const limit = Number(settings?.[name] ?? Infinity);
      if (limit >= Number(input[name] ?? Infinity)) return [];
      return [
        {
          state: 'look',
          what: `topic ${topic}: ${name}=${limit} refuses records that ${TOPICS.userLogin} takes: they become dead letters`,
          fix: `Raise it to that of ${TOPICS.userLogin}`,
        },
      ];
    });
  });
}

function transactionChecks({ openTransactions }: ClusterFacts, brokers: string): Check[] {
  if (openTransactions.length === 0) return [{ state: 'ok', what: 'no transaction stays open' }];
  return openTransactions.map(({ topic, partition, offset }) => ({
    state: 'mend',
    what: `a transaction stays open in ${topic}, partition ${partition}, from offset ${offset} on: readers wait there`,
    fix: `Its producer's time-out ends it; if it does not: kafka-transactions.sh --bootstrap-server ${brokers} find-hanging --topic ${topic} --partition ${partition}`,
  }));
}

function groupCheck({ groupId, topic, state, members, lag }: GroupFacts, maxLag: number): Check {
  const name = `group ${groupId} on ${topic}`;
  if (lag === undefined) {
    const fix = members === 0 ? 'Start the service, or name its group' : undefined;
    return { state: 'look', what: `${name}: ${members} members, nothing committed yet`, fix };
  }
  const what = `${name}: ${state}, ${members} members, ${lag} records behind`;
  if (members === 0 && lag > 0n) return { state: 'mend', what, fix: 'Start the service' };
  if (lag > BigInt(maxLag)) {
    return { state: 'look', what, fix: 'Look at its log, or start more replicas' };
  }
  return { state: 'ok', what };
}
