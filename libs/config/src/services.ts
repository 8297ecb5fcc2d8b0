import { TOPICS } from '@login-pipeline/schema';
import { APP_VERSIONS } from './app-versions.ts';
import { decimal, integer, TEXT, TOPIC, WRITABLE_PATH } from './formats.ts';
import { kafka } from './kafka.ts';
import { load } from './load.ts';
import type { Environment } from './load.ts';
import { SCHEMAS } from './registry.ts';
import { compose, concern, setting } from './setting.ts';
import type { SettingsOf } from './setting.ts';
import {
  distinctTopics,
  DRAIN_TIMEOUT,
  group,
  http,
  LOG,
  milliseconds,
  producer,
  STALL_TIMEOUT,
  topic,
  TRACES,
} from './shared.ts';

const DEAD_LETTER_TOPIC = topic(
  'DEAD_LETTER_TOPIC',
  'Topic for records that are no valid logins',
  TOPICS.deadLetter,
);

/** What the transformer's transactions read and write. */
const TRANSFORMER_TOPICS = {
  inputTopic: topic('INPUT_TOPIC', 'Topic to read', TOPICS.userLogin),
  outputTopic: topic('OUTPUT_TOPIC', 'Topic to write', TOPICS.processedUserLogin),
  deadLetterTopic: DEAD_LETTER_TOPIC,
  lastLoginTopic: setting('LAST_LOGIN_TOPIC', {
    description:
      'Compacted topic for the latest login of each user, such as `user-last-login`; not set: not written',
    format: TOPIC,
  }),
  groupId: group('transformer'),
};
const TRANSFORMER_RULES = distinctTopics(
  'INPUT_TOPIC',
  'OUTPUT_TOPIC',
  'DEAD_LETTER_TOPIC',
  'LAST_LOGIN_TOPIC',
);

export const TRANSFORMER = compose(
  {
    kafka: kafka('transformer'),
    http: http(3001),
    log: LOG,
    traces: TRACES,
    producer: producer(0),
    schemas: SCHEMAS,
  },
  concern(
    {
      ...TRANSFORMER_TOPICS,
      filterAppVersions: setting('FILTER_APP_VERSIONS', {
        description:
          'Versions of the app whose logins pass, by one entry or another: see docs/records.md',
        format: APP_VERSIONS,
        default: '2.0.0',
      }),
      deadLetterMaxRatio: setting('DEAD_LETTER_MAX_RATIO', {
        description:
          'Share of dead letters above which the service stops without committing; `1` never stops',
        format: decimal(0, 1),
        default: '0.5',
      }),
      stallTimeoutMs: STALL_TIMEOUT,
      drainTimeoutMs: DRAIN_TIMEOUT,
    },
    { rules: TRANSFORMER_RULES },
  ),
);

export const AGGREGATOR = compose(
  { kafka: kafka('aggregator'), http: http(3000), log: LOG, traces: TRACES },
  concern(
    {
      inputTopic: topic('INPUT_TOPIC', 'Topic to read', TOPICS.processedUserLogin),
      snapshotTopic: topic(
        'SNAPSHOT_TOPIC',
        'Compacted topic that holds the insights and their position',
        TOPICS.loginInsights,
      ),
      countsTopic: setting('INSIGHT_COUNTS_TOPIC', {
        description:
          'Compacted topic for the counts as JSON, for sinks, such as `login-insight-counts`; not set: not written',
        format: TOPIC,
      }),
      groupId: group('aggregator'),
      transformerInputTopic: topic(
        'TRANSFORMER_INPUT_TOPIC',
        'Topic that the transformer reads: its flow is shown beside the insights',
        TOPICS.userLogin,
      ),
      transformerGroupId: setting('TRANSFORMER_GROUP_ID', {
        description: "The transformer's consumer group",
        format: TEXT,
        default: 'transformer',
      }),
      snapshotIntervalMs: milliseconds(
        'SNAPSHOT_INTERVAL_MS',
        1000,
        'Pause between two snapshots of a partition',
      ),
      insightsLogEvery: setting('INSIGHTS_LOG_EVERY', {
        description: 'Log the insights every so many logins, at most once a second',
        format: integer(1, 1_000_000_000),
        default: '10',
      }),
      trafficRetentionMinutes: setting('TRAFFIC_RETENTION_MINUTES', {
        description: 'Minutes of event time that are shown where no period is asked for',
        format: integer(1, 527_040),
        default: '1440',
      }),
      insightRetentionDays: setting('INSIGHT_RETENTION_DAYS', {
        description:
          'UTC days of hours and users kept before the newest; at least what TRAFFIC_RETENTION_MINUTES spans',
        format: integer(1, 366),
        default: '31',
      }),
      maxDistinctValues: setting('MAX_DISTINCT_VALUES', {
        description: 'Values counted one by one per dimension and partition; the rest is `other`',
        format: integer(1, 100_000),
        default: '1000',
      }),
      stallTimeoutMs: STALL_TIMEOUT,
      drainTimeoutMs: DRAIN_TIMEOUT,
    },
    { rules: distinctTopics('INPUT_TOPIC', 'SNAPSHOT_TOPIC', 'INSIGHT_COUNTS_TOPIC') },
  ),
);

export const DATA_GENERATOR = compose(
  {
    kafka: kafka('data-generator'),
    http: http(3002),
    log: LOG,
    traces: TRACES,
    producer: producer(5),
    schemas: SCHEMAS,
  },
  concern({
    outputTopic: topic('OUTPUT_TOPIC', 'Topic to write', TOPICS.userLogin),
    rate: setting('RATE', {
      description: 'Logins per second; `0`: as fast as possible',
      format: decimal(0, 10_000_000),
      default: '100',
    }),
    count: setting('COUNT', {
      description: 'Logins to write; `0`: for ever',
      format: integer(0, Number.MAX_SAFE_INTEGER),
      default: '0',
    }),
    seed: setting('SEED', {
      description: 'The same seed gives the same logins',
      format: integer(0, 4_294_967_295),
      default: '1',
    }),
    badRatio: setting('BAD_RATIO', {
      description: 'Share of records that are no valid logins',
      format: decimal(0, 1),
      default: '0',
    }),
    truthFile: setting('TRUTH_FILE', {
      description: 'File for the counts that the pipeline has to arrive at',
      format: WRITABLE_PATH,
    }),
  }),
);

export const TOPIC_SETUP = compose(
  { kafka: kafka('topics') },
  concern({
    partitions: setting('PARTITIONS', {
      description: 'Partitions of topics that are created',
      format: integer(1, 10_000),
      default: '4',
    }),
    replicationFactor: setting('REPLICATION_FACTOR', {
      description: 'Replicas of topics that are created',
      format: integer(1, 100),
      default: '1',
    }),
  }),
);

export const REDRIVE = compose(
  { kafka: kafka('redrive') },
  concern({ deadLetterTopic: DEAD_LETTER_TOPIC, groupId: group('redrive') }),
);

export const POSITIONS = compose(
  { kafka: kafka('positions') },
  concern({
    inputTopic: topic('INPUT_TOPIC', 'Topic to read', TOPICS.userLogin),
    groupId: group('transformer'),
  }),
);

export const TRANSACTIONS = compose(
  { kafka: kafka('transactions') },
  concern(TRANSFORMER_TOPICS, { rules: TRANSFORMER_RULES }),
);

export type TransformerSettings = SettingsOf<typeof TRANSFORMER>;
export type AggregatorSettings = SettingsOf<typeof AGGREGATOR>;
export type GeneratorSettings = SettingsOf<typeof DATA_GENERATOR>;
export type TopicSettings = SettingsOf<typeof TOPIC_SETUP>;
export type RedriveSettings = SettingsOf<typeof REDRIVE>;
export type PositionsSettings = SettingsOf<typeof POSITIONS>;
export type TransactionsSettings = SettingsOf<typeof TRANSACTIONS>;

/**
 * @returns the transformer's settings, frozen in depth
 * @throws SettingsError with all faults at once
 */
export function loadTransformerSettings(env: Environment = process.env): TransformerSettings {
  return load(TRANSFORMER, env);
}

/**
 * @returns the aggregator's settings, frozen in depth
 * @throws SettingsError with all faults at once
 */
export function loadAggregatorSettings(env: Environment = process.env): AggregatorSettings {
  return load(AGGREGATOR, env);
}

/**
 * @returns the data generator's settings, frozen in depth
 * @throws SettingsError with all faults at once
 */
export function loadGeneratorSettings(env: Environment = process.env): GeneratorSettings {
  return load(DATA_GENERATOR, env);
}

/**
 * @returns the topic set-up's settings, frozen in depth
 * @throws SettingsError with all faults at once
 */
export function loadTopicSettings(env: Environment = process.env): TopicSettings {
  return load(TOPIC_SETUP, env);
}

/**
 * @returns the redrive's settings, frozen in depth
 * @throws SettingsError with all faults at once
 */
export function loadRedriveSettings(env: Environment = process.env): RedriveSettings {
  return load(REDRIVE, env);
}

/**
 * @returns the settings of what shows and sets positions, frozen in depth
 * @throws SettingsError with all faults at once
 */
export function loadPositionsSettings(env: Environment = process.env): PositionsSettings {
  return load(POSITIONS, env);
}

/**
 * @returns the settings of what shows and ends transactions, frozen in depth
 * @throws SettingsError with all faults at once
 */
export function loadTransactionsSettings(env: Environment = process.env): TransactionsSettings {
  return load(TRANSACTIONS, env);
}
