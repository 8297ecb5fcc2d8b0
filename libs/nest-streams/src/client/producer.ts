import {
  Cluster,
  IdempotentProducer,
  keyPartition,
  partitionedWrites,
} from '@login-pipeline/streams';
import type { Codec, OutgoingRecord } from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import { enginePorts } from '../engine/engine-ports.ts';
import { refusalOf } from '../security/rights.ts';
import type { KafkaConnection } from './connection.ts';
import { errorText, KafkaUnavailableError, startFailure } from './errors.ts';
import type { TopicRole, TopicUse } from './topics.ts';
import { requireTopics, rightsOf } from './topics.ts';
import { openWire } from './wire.ts';

export interface RecordProducerOptions {
  readonly topic: TopicRole;
  readonly compression: Codec;
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

/** A broker's restart takes half a minute. */
const RETRY_FOR_MS = 30_000;

/** @returns the partition of a record: by the murmur2 hash of its key, in turn where there is none */
function byKey(partitions: number): (record: OutgoingRecord) => number {
  let next = 0;
  return ({ key }) => (key === null ? next++ % partitions : keyPartition(key, partitions));
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
  const use: TopicUse = { ...role, operations: ['Write'] };
  const { topic } = await requireTopics(connection, logger, { topic: use });
  const wire = openWire(connection, logger);
  const ports = enginePorts(wire);
  const { clock, encoder } = ports;
  const cluster = new Cluster(ports, [topic.topic]);
  const producer = new IdempotentProducer({ cluster, clock, retryForMs: RETRY_FOR_MS });
  const rights = rightsOf(use);
  try {
    await producer.open();
    await cluster.refresh();
  } catch (error) {
    await wire.close();
    // A user that may write to some topic may have a producer id.
    throw refusalOf(error, { CLUSTER_AUTHORIZATION_FAILED: rights }) ?? startFailure(error);
  }
  const partitionOf = byKey(topic.partitions);
  return {
    partitions: topic.partitions,
    send: async (records) => {
      const { maxMessageBytes } = topic;
      const limits = { maxMessageBytes, maxRecords: records.length, codec: compression };
      try {
        const writes = partitionedWrites(topic.topic, records, partitionOf, limits, encoder);
        await producer.send(await writes);
      } catch (error) {
        const refusal = refusalOf(error, { TOPIC_AUTHORIZATION_FAILED: rights });
        if (refusal !== undefined) throw refusal;
        throw new KafkaUnavailableError(
          'RECORDS_NOT_WRITTEN',
          `Records could not be written to "${role.topic}" (${role.setting}): ${errorText(error)}`,
          { cause: error },
        );
      }
    },
    disconnect: () => wire.close(),
  };
}
