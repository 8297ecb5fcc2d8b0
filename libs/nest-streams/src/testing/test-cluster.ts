import { randomUUID } from 'node:crypto';
import {
  ANY_EPOCH,
  Cluster,
  IdempotentProducer,
  keyPartition,
  partitionedWrites,
} from '@login-pipeline/streams';
import type { Codec, Isolation, RecordHeaders } from '@login-pipeline/streams';
import { createLogger, Metrics } from '@login-pipeline/observability';
import type { Logger } from '@login-pipeline/observability';
import { ConfigResourceTypes, Kafka, KafkaJSError, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { openAdmin } from '../client/admin.ts';
import type { KafkaConnection } from '../client/connection.ts';
import { openWire } from '../client/wire.ts';
import { enginePorts } from '../engine/engine-ports.ts';
import { consumeAll } from './consume-all.ts';
import type { ReadRecord } from './consume-all.ts';
import { waitFor } from './wait-for.ts';

/** A record as tests write it. */
export interface WritableMessage {
  readonly key?: string | Buffer | null | undefined;
  readonly value: string | Buffer | null;
  readonly headers?: RecordHeaders | undefined;
  /** Epoch milliseconds; default: now. */
  readonly timestamp?: string | number | undefined;
  /** Default: by the key, in turn where there is none. */
  readonly partition?: number | undefined;
}

/** Of brokers that start, or elect leaders. */
const RETRY_FOR_MS = 30_000;
/** Nothing that tests write at once is divided. */
const ONE_BATCH = 100_000_000;

/** The real broker that the integration tests run against, with topics and groups of each test's own. */
export class TestCluster {
  readonly connection: KafkaConnection;
  /** A client of another kind, as other programs and operators have it. */
  readonly kafka: Kafka;
  readonly logger: Logger = createLogger({
    service: 'test',
    version: '0',
    level: process.env['TEST_LOG_LEVEL'] ?? 'silent',
  });
  readonly #admin: Admin;
  #connected: Promise<void> | undefined;

  /** @param brokers `host:port,…` of a cluster of the test's own; default: the one that all tests share */
  constructor(brokers = process.env['TEST_KAFKA_BROKERS']) {
    if (brokers === undefined) throw new Error('TEST_KAFKA_BROKERS is not set: run "npm test"');
    this.connection = { brokers: brokers.split(','), clientId: 'test', ssl: false };
    this.kafka = new Kafka({
      brokers: [...this.connection.brokers],
      clientId: 'test',
      // By default a second, in which a busy machine may not answer.
      connectionTimeout: 10_000,
      logLevel: logLevel.NOTHING,
    });
    this.#admin = this.kafka.admin();
  }

  /** @returns metrics of their own for one consumer */
  metrics(): Metrics {
    return new Metrics();
  }

  /** @returns a name that no other test has */
  unique(prefix: string): string {
    return `${prefix}-${randomUUID()}`;
  }

  /** Creates a topic under a name of its own, which keeps records of any age: else those of golden data might go. */
  async topic(
    prefix: string,
    { partitions = 1, config = {} }: { partitions?: number; config?: Record<string, string> } = {},
  ): Promise<string> {
    const topic = this.unique(prefix);
    const configEntries = Object.entries({ 'retention.ms': '-1', ...config }).map(
      ([name, value]) => ({ name, value }),
    );
    await this.#connect();
    await this.#admin.createTopics({
      // kafkajs' own waiting gives up when a broker has not heard of the topic yet.
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, configEntries }],
    });
    // Metadata names a leader before the broker has taken the partition over; the leader itself has to answer.
    await waitFor(`the leaders of ${topic}`, () =>
      this.#admin.fetchTopicOffsets(topic).then(
        (offsets) => offsets.length === partitions,
        () => false,
      ),
    );
    return topic;
  }

  /** Writes records, each once, those of a partition in one batch. */
  async produce(
    topic: string,
    messages: readonly WritableMessage[],
    codec: Codec = 'none',
  ): Promise<void> {
    const wire = openWire(this.connection, this.logger);
    const ports = enginePorts(wire);
    const cluster = new Cluster(ports, [topic]);
    const producer = new IdempotentProducer({
      ...{ cluster, clock: ports.clock, retryForMs: RETRY_FOR_MS },
    });
    try {
      await producer.open();
      await cluster.refresh();
      const count = cluster.topic(topic)?.partitions ?? 1;
      let next = 0;
      const partitionOf = ({ partition, key }: OutgoingMessage): number =>
        partition ?? (key === null ? next++ % count : keyPartition(key, count));
      const limits = { maxMessageBytes: ONE_BATCH, maxRecords: messages.length, codec };
      const records = messages.map(outgoing);
      const { encoder } = ports;
      await producer.send(await partitionedWrites(topic, records, partitionOf, limits, encoder));
    } finally {
      await wire.close();
    }
  }

  /** @returns all committed records of a topic, up to where transactions are open */
  async read(topic: string): Promise<readonly ReadRecord[]> {
    return consumeAll(this.connection, this.logger, topic, await this.ends(topic));
  }

  /** Waits until no transaction is open on a topic: markers come behind the answer to a commit, and before them nothing is read. */
  async decided(topic: string): Promise<void> {
    const { admin, close } = openAdmin(this.connection, this.logger, RETRY_FOR_MS);
    const ends = async (isolation: Isolation): Promise<string> => {
      return (await admin.bounds([topic], isolation)).map(({ end }) => end).join();
    };
    try {
      await waitFor(`the markers of ${topic}`, async () => {
        const logs = await ends('read_uncommitted');
        return (await ends('read_committed')) === logs;
      });
    } finally {
      await close();
    }
  }

  /** Deletes the records of a partition that lie below an offset, as retention does. */
  async deleteRecords(topic: string, partition: number, below: number): Promise<void> {
    await this.#connect();
    // kafkajs looks for the leader before it has asked about the topic.
    await this.#admin.fetchTopicOffsets(topic);
    const partitions = [{ partition, offset: String(below) }];
    await this.#admin.deleteTopicRecords({ topic, partitions });
  }

  /** Changes a setting of a topic; the others get their defaults. */
  async alter(topic: string, name: string, value: string): Promise<void> {
    await this.#connect();
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
    await this.#admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name, value }] }],
    });
  }

  /** Commits next offsets by partition for a group without members. */
  async commit(
    groupId: string,
    topic: string,
    offsets: Readonly<Record<number, number>>,
    metadata = '',
  ): Promise<void> {
    const { admin, close } = openAdmin(this.connection, this.logger, RETRY_FOR_MS);
    const wanted = Object.entries(offsets).map(([partition, offset]) => ({
      ...{ topic, partition: Number(partition), offset: BigInt(offset), metadata },
      leaderEpoch: ANY_EPOCH,
    }));
    await admin.commit(groupId, wanted).finally(close);
  }

  /** @returns the group's committed next offsets by partition; -1 where there is none */
  async committed(groupId: string, topic: string): Promise<readonly number[]> {
    await this.#connect();
    const [offsets] = await waitFor(`the coordinator of ${groupId}`, () =>
      unlessBusy(this.#admin.fetchOffsets({ groupId, topics: [topic] })),
    );
    return (offsets?.partitions ?? [])
      .toSorted((one, other) => one.partition - other.partition)
      .map(({ offset }) => Number(offset));
  }

  /** @returns the last stable offset by partition: where read-committed readers end */
  async ends(topic: string): Promise<readonly number[]> {
    await this.#connect();
    return (await this.#admin.fetchTopicOffsets(topic))
      .toSorted((one, other) => one.partition - other.partition)
      .map(({ high }) => Number(high));
  }

  #connect(): Promise<void> {
    return (this.#connected ??= this.#admin.connect());
  }

  /** Call it once, after all tests of a file. */
  async close(): Promise<void> {
    await this.#admin.disconnect();
  }
}

type OutgoingMessage = ReturnType<typeof outgoing>;

function outgoing({ key, value, headers, timestamp, partition }: WritableMessage): {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders | undefined;
  readonly timestamp: string | number;
  readonly partition: number | undefined;
} {
  const bytes = (text: string | Buffer | null): Buffer | null =>
    text === null ? null : Buffer.from(text);
  return {
    ...{ key: bytes(key ?? null), value: bytes(value), headers, partition },
    timestamp: timestamp ?? Date.now(),
  };
}

/** @returns undefined when the broker asks to try again: kafkajs does not, for these requests */
async function unlessBusy<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof KafkaJSError && error.retriable) return undefined;
    throw error;
  }
}
