import { randomUUID } from 'node:crypto';
import type { Codec, SendOptions } from '../../ports.ts';
import type { ApiName, RequestOf, ResponseOf } from '../../protocol/apis.ts';
import type { Broker, CoordinatorKind, TopicMetadata } from '../../protocol/cluster-apis.ts';
import type { ErrorName } from '../../protocol/errors.ts';
import type { StoredOffset } from '../../protocol/group-apis.ts';
import type {
  FetchedPartitionData,
  Isolation,
  ProducedPartition,
  ProducerStamp,
} from '../../protocol/log-apis.ts';
import { ANY_EPOCH, LATEST } from '../../protocol/log-apis.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { TopicConfig } from '../topic-config.ts';
import type { ContractCluster } from './contract-cluster.ts';

/** Longer than any broker takes for what is waited for. */
const RETRY_FOR_MS = 30_000;
const PAUSE_MS = 20;
const PRODUCE_TIMEOUT_MS = 10_000;
const PLENTY = 1_000_000;

/** What coordinators answer while they are made, or move: to be asked again. */
export const NOT_YET: readonly ErrorName[] = [
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR',
];

/** Who writes a batch that belongs to no producer. */
const NO_PRODUCER: ProducerStamp = { producerId: -1n, epoch: -1, baseSequence: -1 };

export interface WriteOptions {
  readonly partition?: number;
  readonly stamp?: ProducerStamp;
  readonly transactionalId?: string | undefined;
  readonly addsPartitions?: boolean;
  readonly timestamps?: readonly number[];
  /** By default none has a key. */
  readonly keys?: readonly (string | null)[];
  readonly codec?: Codec;
  /** See {@link SendOptions.connection}. */
  readonly connection?: number | undefined;
}

export interface ReadOptions {
  readonly partition?: number;
  readonly isolation?: Isolation;
  readonly maxWaitMs?: number;
  readonly maxBytes?: number;
  readonly leaderEpoch?: number;
  readonly topicId?: string;
}

/** A cluster as the contract's cases ask it. */
export class Subject {
  readonly cluster: ContractCluster;
  readonly #coordinators = new Map<string, Broker>();

  constructor(cluster: ContractCluster) {
    this.cluster = cluster;
  }

  /** Whether producers get a new epoch with each transaction (KIP-890). */
  get bumpsEpochs(): boolean {
    return this.cluster.transactionVersion === 2;
  }

  /** @returns a name that no other case has */
  unique(prefix: string): string {
    return `${prefix}-${randomUUID()}`;
  }

  /** @returns the name of a new topic */
  async topic(partitions = 1, config: TopicConfig = {}): Promise<string> {
    const topic = this.unique('contract');
    await this.cluster.createTopic(topic, partitions, config);
    return topic;
  }

  send<Api extends ApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    options?: SendOptions,
  ): Promise<ResponseOf<Api>> {
    return this.cluster.ports.wire.send(to, api, request, options);
  }

  /** Asks until a condition holds. @throws Error naming what was waited for, after the deadline */
  async until<T>(what: string, ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
    const { clock } = this.cluster.ports;
    const end = clock.now() + RETRY_FOR_MS;
    for (;;) {
      const answer = await ask();
      if (holds(answer)) return answer;
      if (clock.now() > end) {
        const told = JSON.stringify(answer, (_, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        );
        throw new Error(`Waited in vain for ${what}; the last answer was ${told}`);
      }
      await clock.sleep(PAUSE_MS);
    }
  }

  async metadata(topic: string): Promise<TopicMetadata> {
    const { topics } = await this.send('any', 'Metadata', { topics: [topic] });
    return only(topics);
  }

  /** @returns where a partition is led, and what its requests have to say */
  async leader(
    topic: string,
    partition = 0,
  ): Promise<{ readonly broker: Broker; readonly epoch: number; readonly topicId: string }> {
    const { brokers, topics } = await this.send('any', 'Metadata', { topics: [topic] });
    const { topicId, partitions } = only(topics);
    const { leader, leaderEpoch } = only(partitions.filter((one) => one.partition === partition));
    return { broker: only(brokers.filter(({ id }) => id === leader)), epoch: leaderEpoch, topicId };
  }

  /** @returns the broker that coordinates a group or an id's transactions, once there is one */
  async coordinator(kind: CoordinatorKind, key: string): Promise<Broker> {
    const known = this.#coordinators.get(`${kind} ${key}`);
    if (known !== undefined) return known;
    const { broker } = await this.until(
      `the coordinator of ${kind} ${key}`,
      () => this.send('any', 'FindCoordinator', { kind, key }),
      ({ error }) => error === 'NONE',
    );
    this.#coordinators.set(`${kind} ${key}`, broker);
    return broker;
  }

  /** Appends records in one batch: these, or as many, each with a value of its own. */
  async write(
    topic: string,
    what: number | readonly OutgoingRecord[],
    options: WriteOptions = {},
  ): Promise<ProducedPartition> {
    const { partition = 0, stamp = NO_PRODUCER, transactionalId, addsPartitions = false } = options;
    const { broker } = await this.leader(topic, partition);
    const records = typeof what === 'number' ? this.#numbered(what, options) : what;
    const batch = await this.cluster.ports.encoder.encode(records, options.codec ?? 'none');
    const request = { transactionalId, addsPartitions, timeoutMs: PRODUCE_TIMEOUT_MS };
    const { partitions } = await this.send(
      broker,
      'Produce',
      { ...request, partitions: [{ topic, partition, batch, stamp }] },
      { channel: 'write', connection: options.connection },
    );
    return only(partitions);
  }

  #numbered(count: number, { keys = [], timestamps = [] }: WriteOptions): OutgoingRecord[] {
    const now = this.cluster.ports.clock.now();
    return Array.from({ length: count }, (_, index) => ({
      key: typeof keys[index] === 'string' ? Buffer.from(keys[index]) : null,
      value: Buffer.from(`record ${index}`),
      timestamp: timestamps[index] ?? now,
    }));
  }

  async read(
    topic: string,
    offset: number,
    options: ReadOptions = {},
  ): Promise<FetchedPartitionData> {
    const { partition = 0, isolation = 'read_committed', maxWaitMs = 0 } = options;
    const leader = await this.leader(topic, partition);
    const { maxBytes = PLENTY, leaderEpoch = leader.epoch, topicId = leader.topicId } = options;
    const where = { topicId, partition, leaderEpoch, offset: BigInt(offset), maxBytes };
    const { partitions } = await this.send(
      leader.broker,
      'Fetch',
      { isolation, maxWaitMs, minBytes: 1, maxBytes, partitions: [where] },
      { channel: 'fetch' },
    );
    return only(partitions);
  }

  /** Reads as often as it takes to read past an offset: markers are written after the answer to EndTxn. */
  readPast(
    topic: string,
    offset: number,
    options: ReadOptions = {},
  ): Promise<FetchedPartitionData> {
    return this.until(
      `the last stable offset of ${topic} to pass ${offset}`,
      () => this.read(topic, 0, options),
      ({ lastStableOffset }) => lastStableOffset > BigInt(offset),
    );
  }

  /** @returns the answer for one partition */
  async listOffset(
    topic: string,
    timestamp: bigint = LATEST,
    isolation: Isolation = 'read_uncommitted',
    leaderEpoch: number = ANY_EPOCH,
  ): Promise<ResponseOf<'ListOffsets'>['partitions'][number]> {
    const { broker } = await this.leader(topic);
    const { partitions } = await this.send(broker, 'ListOffsets', {
      isolation,
      partitions: [{ topic, partition: 0, leaderEpoch, timestamp }],
    });
    return only(partitions);
  }

  /** @returns what a group has for a partition */
  async committed(
    groupId: string,
    topic: string,
    { requireStable = true, partition = 0 } = {},
  ): Promise<StoredOffset> {
    const coordinator = await this.coordinator('group', groupId);
    const { partitions } = await this.until(
      `the offsets of ${groupId}`,
      () =>
        this.send(coordinator, 'OffsetFetch', {
          groupId,
          requireStable,
          partitions: [{ topic, partition }],
        }),
      ({ error }) => !NOT_YET.includes(error),
    );
    return only(partitions);
  }

  /** As {@link committed}, once no transaction may move it any more. */
  stable(groupId: string, topic: string): Promise<StoredOffset> {
    return this.until(
      `the offset of ${groupId} to be stable`,
      () => this.committed(groupId, topic),
      ({ error }) => error !== 'UNSTABLE_OFFSET_COMMIT',
    );
  }
}

/** @returns the one item. @throws Error when there is none, or another one */
export function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length > 1) {
    throw new Error(`one is expected, and there are ${items.length}`);
  }
  return item;
}
