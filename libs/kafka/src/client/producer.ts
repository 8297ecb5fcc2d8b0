import type { OutgoingRecord } from '@login-pipeline/streams';
import { groupByPartition } from '@login-pipeline/streams-kafkajs';
import type { Logger } from '@login-pipeline/observability';
import { kafkajs } from './kafkajs.ts';
import type { Compression } from './compression.ts';
import type { KafkaConnection } from './connection.ts';
import { createClient } from './connection.ts';
import { errorText, KafkaUnavailableError } from './errors.ts';
import { sendsOf } from './sends.ts';
import type { TopicRole, TopicUse, UsableTopic } from './topics.ts';
import { requireTopics, rightsOf } from './topics.ts';
import { refusalOf } from '../security/rights.ts';

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

type PartitionedRecord = OutgoingRecord & { readonly partition: number };

/** @returns the partition of a record: by the murmur2 hash of its key, in turn where there is none */
function byKey({ topic, partitions }: UsableTopic): (record: OutgoingRecord) => number {
  const partitioner = kafkajs().Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
    partitionErrorCode: 0,
  }));
  return (record) =>
    partitioner({ topic, partitionMetadata, message: { key: record.key, value: record.value } });
}

/**
 * Connects a producer that partitions by the murmur2 hash of the key, as Kafka's Java client does.
 *
 * Each send holds records of one partition: when leaders change, kafkajs repeats only what goes to brokers
 * that have not answered yet, so that of a send to several partitions some could be left out.
 *
 * @throws KafkaUnavailableError when the brokers or the topic cannot be used
 */
export async function connectProducer(
  connection: KafkaConnection,
  { topic: role, compression, logger }: RecordProducerOptions,
): Promise<RecordProducer> {
  const use: TopicUse = { ...role, operations: ['Write'] };
  const { topic } = await requireTopics(connection, logger, { topic: use });
  const producer = createClient(connection, logger, 'run').producer({
    allowAutoTopicCreation: false,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs().Partitioners.DefaultPartitioner,
  });
  const rights = rightsOf(use);
  try {
    await producer.connect();
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    // Whoever may write to some topic may have a producer id.
    throw refusalOf(error, { CLUSTER_AUTHORIZATION_FAILED: rights }) ?? error;
  }
  const partitionOf = byKey(topic);
  return {
    partitions: topic.partitions,
    send: async (records) => {
      const options = { compression, maxRecords: records.length };
      const sendAll = async (ofOnePartition: readonly PartitionedRecord[]): Promise<void> => {
        for (const send of sendsOf(ofOnePartition, topic, options)) {
          await producer.send({ ...send, acks: -1 });
        }
      };
      const partitioned = records.map((record) => ({ ...record, partition: partitionOf(record) }));
      const groups = groupByPartition(partitioned, ({ partition }) => partition);
      try {
        await Promise.all(Object.values(groups).map(sendAll));
      } catch (error) {
        const refusal = refusalOf(error, { TOPIC_AUTHORIZATION_FAILED: rights });
        if (refusal !== undefined) throw refusal;
        throw new KafkaUnavailableError(
          `Records could not be written to "${role.topic}" (${role.setting}): ${errorText(error)}`,
          { cause: error },
        );
      }
    },
    disconnect: () => producer.disconnect(),
  };
}
