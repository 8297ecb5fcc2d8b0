import { compose, concern, integer, setting } from '@login-pipeline/config';
import type { SettingsOf } from '@login-pipeline/config';
import { group, kafka, topic } from '@login-pipeline/nest-streams/settings';
import { TOPICS } from '@login-pipeline/schema';
import { DEAD_LETTER_TOPIC, TRANSFORMER_TOPICS } from '@login-pipeline/transformer/settings';

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
  concern({
    deadLetterTopic: DEAD_LETTER_TOPIC,
    groupId: group('redrive'),
  }),
);

export const POSITIONS = compose(
  { kafka: kafka('positions') },
  concern({
    inputTopic: topic('INPUT_TOPIC', 'Topic to read', TOPICS.userLogin),
    groupId: group('transformer'),
  }),
);

export const TRANSACTIONS = compose({
  kafka: kafka('transactions'),
  topics: TRANSFORMER_TOPICS,
});

export type TopicSettings = SettingsOf<typeof TOPIC_SETUP>;
export type TransactionsSettings = SettingsOf<typeof TRANSACTIONS>;
