import { compose, concern, decimal, milliseconds, setting } from '@login-pipeline/config';
import type { Concern } from '@login-pipeline/config';
import type { KafkaConnection } from '../client/connection.ts';
import { kafka } from './connection.ts';
import { distinctTopics, group, STALL_TIMEOUT, topic } from './consumer.ts';
import { producer } from './producer.ts';
import type { ProducerSettings } from './producer.ts';

/** What a stream that transforms reads and writes. */
export interface TransformTopics {
  readonly inputTopic: string;
  readonly outputTopic: string;
  readonly deadLetterTopic: string;
  readonly groupId: string;
}

/** What a stream takes that transforms. */
export interface TransformSettings {
  readonly kafka: KafkaConnection;
  readonly producer: ProducerSettings;
  readonly topics: TransformTopics;
  /** Share of dead letters, 0 to 1, above which nothing is committed. */
  readonly deadLetterMaxRatio: number;
  readonly stallTimeoutMs: number;
}

/** What a stream takes that folds. */
export interface FoldSettings {
  readonly kafka: KafkaConnection;
  readonly groupId: string;
  readonly inputTopic: string;
  readonly snapshotTopic: string;
  /** Default: a second. */
  readonly snapshotIntervalMs?: number;
  readonly stallTimeoutMs: number;
}

/** By what they name: the settings of a stream's topics, unless its app gives them other names. */
export const TOPIC_SETTINGS = {
  inputTopic: 'INPUT_TOPIC',
  outputTopic: 'OUTPUT_TOPIC',
  deadLetterTopic: 'DEAD_LETTER_TOPIC',
  snapshotTopic: 'SNAPSHOT_TOPIC',
} as const;

export const DEAD_LETTER_MAX_RATIO = setting('DEAD_LETTER_MAX_RATIO', {
  description:
    'Share of dead letters above which the service stops without committing; `1` never stops',
  format: decimal(0, 1),
  default: '0.5',
});

export const SNAPSHOT_INTERVAL = milliseconds(
  'SNAPSHOT_INTERVAL_MS',
  1000,
  'Pause between two snapshots of a partition',
);

/**
 * The settings of a service that transforms: INPUT_TOPIC, OUTPUT_TOPIC, DEAD_LETTER_TOPIC, GROUP_ID, how to reach the
 * brokers, how to write.
 *
 * @param name default of the group and the client
 * @param topics defaults
 */
export function transformSettings(
  name: string,
  topics: Omit<TransformTopics, 'groupId'>,
): Concern<TransformSettings> {
  const { inputTopic, outputTopic, deadLetterTopic } = TOPIC_SETTINGS;
  return compose(
    {
      kafka: kafka(name),
      producer: producer(0),
      topics: concern(
        {
          inputTopic: topic(inputTopic, 'Topic to read', topics.inputTopic),
          outputTopic: topic(outputTopic, 'Topic to write', topics.outputTopic),
          deadLetterTopic: topic(
            deadLetterTopic,
            'Topic for records that are refused',
            topics.deadLetterTopic,
          ),
          groupId: group(name),
        },
        { rules: distinctTopics(inputTopic, outputTopic, deadLetterTopic) },
      ),
    },
    concern({ deadLetterMaxRatio: DEAD_LETTER_MAX_RATIO, stallTimeoutMs: STALL_TIMEOUT }),
  );
}
