import { compose, concern, setting } from '@login-pipeline/config';
import type { SettingsOf } from '@login-pipeline/config';
import {
  DEAD_LETTER_MAX_RATIO,
  distinctTopics,
  group,
  kafka,
  producer,
  STALL_TIMEOUT,
  TOPIC,
  topic,
} from '@login-pipeline/nest-streams/settings';
import { DRAIN_TIMEOUT, http, LOG, TRACES } from '@login-pipeline/service/settings';
import { SCHEMAS } from '@login-pipeline/registry';
import { TOPICS } from '@login-pipeline/schema';
import { FILTERS } from './login-filter.ts';

export const DEAD_LETTER_TOPIC = topic(
  'DEAD_LETTER_TOPIC',
  'Topic for records that are no valid logins',
  TOPICS.deadLetter,
);

export const LAST_LOGIN_TOPIC = setting('LAST_LOGIN_TOPIC', {
  description:
    'Compacted topic for the latest login of each user, such as `user-last-login`; not set: not written',
  format: TOPIC,
});

/** What the transformer's transactions read and write. */
export const TRANSFORMER_TOPICS = concern(
  {
    inputTopic: topic('INPUT_TOPIC', 'Topic to read', TOPICS.userLogin),
    outputTopic: topic('OUTPUT_TOPIC', 'Topic to write', TOPICS.processedUserLogin),
    deadLetterTopic: DEAD_LETTER_TOPIC,
    lastLoginTopic: LAST_LOGIN_TOPIC,
    groupId: group('transformer'),
  },
  {
    rules: distinctTopics('INPUT_TOPIC', 'OUTPUT_TOPIC', 'DEAD_LETTER_TOPIC', 'LAST_LOGIN_TOPIC'),
  },
);

export const SETTINGS = compose(
  {
    kafka: kafka('transformer'),
    http: http(3001),
    log: LOG,
    traces: TRACES,
    producer: producer(0),
    schemas: SCHEMAS,
    topics: TRANSFORMER_TOPICS,
    filters: FILTERS,
  },
  concern({
    deadLetterMaxRatio: DEAD_LETTER_MAX_RATIO,
    stallTimeoutMs: STALL_TIMEOUT,
    drainTimeoutMs: DRAIN_TIMEOUT,
  }),
);

export type TransformerSettings = SettingsOf<typeof SETTINGS>;
