import type { Logger } from '@login-pipeline/observability';
import type { OutgoingRecord } from '@login-pipeline/pipeline';
import { kafkajs } from './kafkajs.ts';
import type { Compression } from './compression.ts';
import type { KafkaConnection } from './connection.ts';
import { createClient } from './connection.ts';
import { errorText, KafkaUnavailableError } from './errors.ts';
import { sendsOf } from './sends.ts';
import type { TopicRole } from './topics.ts';
import { requireTopics } from './topics.ts';

export interface RecordProducerOptions {
  readonly topic: TopicRole;
  readonly compression: Compression;
  readonly logger: Logger;
}

/** Writes records, idempotently and in order, to one topic. */
export interface RecordProducer {
  /** How many partitions the topic has. */
  readonly partitions: number;
  /** Resolves when every replica in sync has the records; @throws KafkaUnavailableError when that is not known. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * Connects a producer that partitions by the murmur2 hash of the key, as Kafka's Java client does.
 *
 * @throws KafkaUnavailableError when the brokers or the topic cannot be used
 */
export async function connectProducer(
  connection: KafkaConnection,
  { topic: role, compression, logger }: RecordProducerOptions,
): Promise<RecordProducer> {
  const { topic } = await requireTopics(connection, logger, { topic: role });
  const producer = createClient(connection, logger, 'run').producer({
    allowAutoTopicCreation: false,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs().Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    partitions: topic.partitions,
    send: async (records) => {
      const options = { compression, maxRecords: records.length };
      try {
        for (const send of sendsOf(records, topic, options)) {
          await producer.send({ ...send, acks: -1 });
        }
      } catch (error) {
        throw new KafkaUnavailableError(
          `Records could not be written to "${role.topic}" (${role.setting}): ${errorText(error)}`,
          { cause: error },
        );
      }
    },
    disconnect: () => producer.disconnect(),
  };
}
