import type { ClusterFacts, TopicFacts } from '@login-pipeline/nest-streams/operations';
import { TOPICS } from '@login-pipeline/schema';
import { differences, ESSENTIAL_SETTINGS, TOPIC_TABLE } from '../topics/topic-table.ts';
import type { PipelineTopic } from '../topics/topic-table.ts';
import type { Check } from './check.ts';

/** How far a record's timestamp may be from the broker's clock, in milliseconds; the last one until Kafka 3. */
const BEFORE_LIMIT = 'message.timestamp.before.max.ms';
const AFTER_LIMIT = 'message.timestamp.after.max.ms';
const DIFFERENCE_LIMIT = 'message.timestamp.difference.max.ms';

export const RETENTION = 'retention.ms';

/** Topic settings to read. */
export const TOPIC_SETTINGS = [
  ...ESSENTIAL_SETTINGS,
  'min.insync.replicas',
  RETENTION,
  BEFORE_LIMIT,
  AFTER_LIMIT,
  DIFFERENCE_LIMIT,
];

/** Replicas and replicas in sync that outlive the loss of a broker. */
const SAFE_REPLICAS = 3;
const SAFE_IN_SYNC = 2;

/** What the cluster is held against. */
export interface Expectations {
  /** KAFKA_BROKERS, for the commands that mend something. */
  readonly brokers: string;
  /** LAST_LOGIN_TOPIC, which the transformer writes, if any. */
  readonly lastLoginTopic: string | undefined;
}

/**
 * @param lastLoginTopic LAST_LOGIN_TOPIC, which takes the place of the one that it is called in our set-up
 * @returns the topics to look at
 */
export function pipelineTopics(lastLoginTopic: string | undefined): readonly PipelineTopic[] {
  return TOPIC_TABLE.map((definition) =>
    definition.topic === TOPICS.userLastLogin && lastLoginTopic !== undefined
      ? { ...definition, topic: lastLoginTopic }
      : definition,
  );
}

/** Judges the topics, each by itself and beside the others: pure. */
export function topicsChecks(facts: ClusterFacts, expected: Expectations): readonly Check[] {
  const { lastLoginTopic } = expected;
  return [
    ...pipelineTopics(lastLoginTopic).flatMap((topic) => topicChecks(topic, facts, expected)),
    ...partitionChecks(facts.topics, lastLoginTopic),
    ...timestampChecks(facts.topics, lastLoginTopic),
  ];
}

function topicChecks(
  definition: PipelineTopic,
  { topics, brokers }: ClusterFacts,
  { brokers: bootstrap, lastLoginTopic }: Expectations,
): Check[] {
  const { topic: name } = definition;
  const found = topics.find(({ topic }) => topic === name);
  if (found === undefined) {
    const isUnused = name === TOPICS.userLastLogin && name !== lastLoginTopic;
    const isOptional = isUnused || name === TOPICS.loginInsightCounts;
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
    const what = `topic ${topic}: no broker leads partitions ${leaderless.join(', ')}`;
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

/**
 * With as many partitions the output keeps the input's, and with them the order of its keys. What is the latest login of a user
 * has to be in the partition of the same number.
 */
function partitionChecks(
  topics: readonly TopicFacts[],
  lastLoginTopic: string | undefined,
): Check[] {
  const count = (name: string): number | undefined =>
    topics.find(({ topic }) => topic === name)?.partitions;
  const input = count(TOPICS.userLogin);
  const compare = (
    name: string,
    otherwise: (what: string) => Check = (what) => ({ state: 'ok', what }),
  ): Check[] => {
    const found = count(name);
    if (input === undefined || found === undefined) return [];
    return input === found
      ? [{ state: 'ok', what: `${TOPICS.userLogin} and ${name} have as many partitions` }]
      : [otherwise(`${TOPICS.userLogin} has ${input} partitions and ${name} ${found}`)];
  };
  return [
    ...compare(TOPICS.processedUserLogin, (counts) => ({
      state: 'look',
      what: `${counts}: records are placed anew, by their keys`,
      fix: 'Give both the same number to keep the partitions',
    })),
    ...compare(TOPICS.deadLetter),
    ...compare(lastLoginTopic ?? '', (counts) => ({
      state: 'mend',
      what: `${counts}: the transformer does not start`,
      fix: `Create a topic for LAST_LOGIN_TOPIC that has ${input ?? 0}`,
    })),
  ];
}

/** Records keep their timestamps: what the input takes, the topics that are written to have to take, too. */
function timestampChecks(
  topics: readonly TopicFacts[],
  lastLoginTopic: string | undefined,
): Check[] {
  const settingsOf = (name: string): TopicFacts['settings'] =>
    topics.find(({ topic }) => topic === name)?.settings;
  const input = settingsOf(TOPICS.userLogin);
  const targets = [TOPICS.processedUserLogin, lastLoginTopic ?? TOPICS.userLastLogin];
  return targets.flatMap((topic) => {
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
