import type { Logger } from '@login-pipeline/observability';
import { splitBySize } from '@login-pipeline/pipeline';
import type { OutgoingRecord } from '@login-pipeline/pipeline';
import type { Message } from 'kafkajs';
import { Partitioners } from './kafkajs.ts';
import type { Compression } from './compression.ts';
import { compressionType } from './compression.ts';
import type { KafkaConnection } from './connection.ts';
import { createClient } from './connection.ts';
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
  /** Resolves when every replica in sync has the records; rejects when that is not known. */
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
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    partitions: topic.partitions,
    send: async (records) => {
      // One send makes one record batch per partition, and the broker refuses a batch over the topic's limit.
      const limits = { maxBytes: topic.maxMessageBytes, maxRecords: records.length };
      for (const run of splitBySize(records, limits)) {
        await producer.send({
          topic: topic.topic,
          messages: run as Message[],
          acks: -1,
          compression: compressionType(compression),
        });
      }
    },
    disconnect: () => producer.disconnect(),
  };
}
