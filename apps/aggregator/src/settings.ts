import { compose, concern, integer, setting, TEXT } from '@login-pipeline/config';
import type { SettingsOf } from '@login-pipeline/config';
import {
  distinctTopics,
  group,
  kafka,
  SNAPSHOT_INTERVAL,
  STALL_TIMEOUT,
  TOPIC,
  topic,
} from '@login-pipeline/nest-streams/settings';
import { DRAIN_TIMEOUT, http, LOG, TRACES } from '@login-pipeline/service/settings';
import { TOPICS } from '@login-pipeline/schema';

export const SETTINGS = compose(
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
      snapshotIntervalMs: SNAPSHOT_INTERVAL,
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

export type AggregatorSettings = SettingsOf<typeof SETTINGS>;
