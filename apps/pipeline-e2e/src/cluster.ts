import { randomUUID } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import kafkajs from 'kafkajs';
import type {
  Admin,
  CompressionTypes,
  Consumer,
  ConsumerConfig,
  IHeaders,
  Kafka,
  KafkaConfig,
} from 'kafkajs';
import { installAbortedRecords } from './aborted-records.ts';
import { waitFor } from './wait-for.ts';

/** Records of one produce request, in bytes at most: well under the topics' `max.message.bytes`. */
const REQUEST_BYTES = 900_000;

/** A record to be written. */
export interface NewRecord {
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  /** Epoch milliseconds as decimal digits. */
  readonly timestamp: string;
}

/** The topics and the group of one pipeline, which no other test has. */
export interface Lane {
  readonly input: string;
  readonly output: string;
  readonly deadLetter: string;
  readonly group: string;
  /** Settings that lead the transformer there. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface LaneOptions {
  readonly partitions?: number;
  /** Default: as many as the input has. */
  readonly outputPartitions?: number;
  /** Default: as many as the input has. */
  readonly deadLetterPartitions?: number;
  readonly outputConfig?: Readonly<Record<string, string>>;
  readonly deadLetterConfig?: Readonly<Record<string, string>>;
}

/** @throws Error when the tests were started without a broker */
export function brokers(): string {
  const list = process.env['TEST_KAFKA_BROKERS'];
  if (list === undefined) throw new Error('TEST_KAFKA_BROKERS is not set: run "npm test"');
  return list;
}

/** Where brokers are, and how the tests' clients get in. */
export interface Access {
  /** `host:port,…` */
  readonly addresses: string;
  /** Undefined: in plain text. */
  readonly ssl?: ConnectionOptions | undefined;
}

/** @returns the cluster that all tests share */
export function sharedCluster(): Access {
  return { addresses: brokers() };
}

/** @returns a client of the tests that logs nothing */
export function clientOf(
  { addresses, ssl }: Access,
  config: Omit<KafkaConfig, 'brokers' | 'ssl'>,
): Kafka {
  return new kafkajs.Kafka({
    brokers: addresses.split(','),
    ...(ssl !== undefined && { ssl }),
    logLevel: kafkajs.logLevel.NOTHING,
    // By default a second, in which a busy machine may not answer.
    connectionTimeout: 10_000,
    ...config,
  });
}

/** The broker behind the services, seen without any code of theirs. */
export class Cluster {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly #consumers: Consumer[] = [];

  private constructor(access: Access) {
    installAbortedRecords();
    this.kafka = clientOf(access, { clientId: 'oracle' });
    this.admin = this.kafka.admin();
  }

  static async connect(access = sharedCluster()): Promise<Cluster> {
    const cluster = new Cluster(access);
    await cluster.admin.connect();
    return cluster;
  }

  /** Ends every consumer of the tests too: one that a failed test left behind would keep the process alive. */
  async disconnect(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.disconnect()));
    await this.admin.disconnect();
  }

  /** @returns a consumer in a group of its own that asks for new records without delay */
  consumer(config: Pick<ConsumerConfig, 'readUncommitted'> = {}): Consumer {
    const groupId = `e2e-reader-${randomUUID()}`;
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 50, ...config });
    this.#consumers.push(consumer);
    return consumer;
  }

  /** Creates the topics of one pipeline, the dead-letter topic as the contract has it. */
  async lane({
    partitions = 4,
    outputPartitions = partitions,
    deadLetterPartitions = partitions,
    outputConfig = {},
    deadLetterConfig = {},
  }: LaneOptions = {}): Promise<Lane> {
    const id = randomUUID();
    const input = `e2e-logins-${id}`;
    const output = `e2e-processed-${id}`;
    const deadLetter = `e2e-dead-letters-${id}`;
    const group = `e2e-transformer-${id}`;
    await this.createTopic(input, partitions);
    await this.createTopic(output, outputPartitions, outputConfig);
    await this.createTopic(deadLetter, deadLetterPartitions, {
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': '2097152',
      ...deadLetterConfig,
    });
    const settings = {
      INPUT_TOPIC: input,
      OUTPUT_TOPIC: output,
      DEAD_LETTER_TOPIC: deadLetter,
      GROUP_ID: group,
    };
    return { input, output, deadLetter, group, settings };
  }

  async createTopic(
    topic: string,
    numPartitions: number,
    config: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    // These records are years old: by their own time they would be deleted at once.
    const configEntries = Object.entries({ 'retention.ms': '-1', ...config }).map(
      ([name, value]) => ({ name, value }),
    );
    await this.admin.createTopics({
      // kafkajs would give up where a broker has not heard of the topic yet.
      waitForLeaders: false,
      topics: [{ topic, numPartitions, configEntries }],
    });
    await waitFor(`the leaders of ${topic}`, () =>
      unlessBusy(this.admin.fetchTopicMetadata({ topics: [topic] })),
    );
  }

  /** Writes records in the order given, each once. */
  async produce(
    topic: string,
    records: readonly NewRecord[],
    compression: CompressionTypes = kafkajs.CompressionTypes.None,
  ): Promise<void> {
    const producer = this.kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    try {
      for (const messages of bySize(records)) {
        await producer.send({ topic, messages, compression });
      }
    } finally {
      await producer.disconnect();
    }
  }

  /** @returns by partition, up to where read-committed readers get: the last stable offset */
  async ends(topic: string): Promise<readonly number[]> {
    const offsets = await waitFor(`the ends of ${topic}`, () =>
      unlessBusy(this.admin.fetchTopicOffsets(topic)),
    );
    return offsets
      .toSorted((one, other) => one.partition - other.partition)
      .map(({ high }) => Number(high));
  }

  /** @returns the group's committed next offsets by partition; 0 where there is none */
  async committed({ group, input }: Lane): Promise<readonly number[]> {
    const [offsets] = await waitFor(`the coordinator of ${group}`, () =>
      unlessBusy(this.admin.fetchOffsets({ groupId: group, topics: [input] })),
    );
    return (offsets?.partitions ?? [])
      .toSorted((one, other) => one.partition - other.partition)
      .map(({ offset }) => Math.max(0, Number(offset)));
  }

  /** @returns whether the group has committed all that the input holds */
  async isDone(lane: Lane): Promise<boolean> {
    const [committed, ends] = await Promise.all([this.committed(lane), this.ends(lane.input)]);
    return String(committed) === String(ends);
  }

  /** @returns the id of each partition's leader, in the order of the partitions */
  async leaders(topic: string): Promise<readonly number[]> {
    const { topics } = await waitFor(`the leaders of ${topic}`, () =>
      unlessBusy(this.admin.fetchTopicMetadata({ topics: [topic] })),
    );
    return (topics[0]?.partitions ?? [])
      .toSorted((one, other) => one.partitionId - other.partitionId)
      .map(({ leader }) => leader);
  }
}

/** @returns undefined when the broker asks to try again: kafkajs does not, for these requests */
export async function unlessBusy<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof kafkajs.KafkaJSError && error.retriable) return undefined;
    throw error;
  }
}

/** Cuts records, in order, into requests of a size that every topic takes. */
function* bySize(records: readonly NewRecord[]): Generator<NewRecord[]> {
  let request: NewRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = 200 + (record.value?.length ?? 0);
    if (request.length > 0 && bytes + size > REQUEST_BYTES) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(record);
    bytes += size;
  }
  if (request.length > 0) yield request;
}
