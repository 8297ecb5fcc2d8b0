import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { MAX_VALUE_BYTES, readLimits, ReadMemory, TransformEngine } from '@login-pipeline/streams';
import { outcomeOf, planNumbered } from '@login-pipeline/streams/testing';
import type { PipeTopics } from '@login-pipeline/streams/testing';
import type { Broker, TransformEvent, StoredOffset } from '@login-pipeline/streams';
import type { Consumer } from 'kafkajs';
import { CommittedReader } from './committed-reader.ts';
import { joinByKafkajs } from './join-by-kafkajs.ts';
import { MortalPorts } from './mortal-ports.ts';
import { RealCluster } from './real-cluster.ts';
import { setQuota } from './set-quota.ts';
import { until } from './until.ts';

/** An engine in a process of its own, with what it reported, and when, epoch ms. */
export interface RunningEngine {
  readonly engine: TransformEngine;
  readonly ports: MortalPorts;
  readonly events: (TransformEvent & { readonly at: number })[];
}

export interface StageOptions {
  readonly inputPartitions: number;
  readonly outputPartitions: number;
  /** Of the engines; default: to each its own. */
  readonly clientId?: string;
}

/** Longer than any fault lasts. */
const STALL_TIMEOUT_MS = 300_000;
const READ_MEMORY_BYTES = 64 * 1024 * 1024;
const PRODUCE_TIMEOUT_MS = 10_000;
const NO_PRODUCER = { producerId: -1n, epoch: -1, baseSequence: -1 };

/** Topics and a group of one test, and the engines that work on them. */
export class EngineStage {
  readonly cluster: RealCluster;
  readonly topics: PipeTopics;
  readonly groupId: string;
  readonly output: CommittedReader;
  readonly deadLetters: CommittedReader;
  readonly engines: RunningEngine[] = [];
  readonly failures: unknown[] = [];
  /** What was written, by partition. */
  readonly written: number[][] = [];
  readonly #brokers: readonly string[];
  readonly #others: Consumer[] = [];
  readonly #clientId: string | undefined;
  #started = 0;
  #serial = 0;

  private constructor(
    cluster: RealCluster,
    brokers: readonly string[],
    topics: PipeTopics,
    { outputPartitions: outputs, clientId }: StageOptions,
  ) {
    this.cluster = cluster;
    this.topics = topics;
    this.groupId = `group-${topics.input}`;
    this.#brokers = brokers;
    this.#clientId = clientId;
    this.output = new CommittedReader(brokers, topics.output, outputs);
    this.deadLetters = new CommittedReader(brokers, topics.deadLetters, outputs);
  }

  static async open(options: StageOptions): Promise<EngineStage> {
    const { inputPartitions, outputPartitions } = options;
    const cluster = await RealCluster.open();
    const brokers = (process.env['TEST_KAFKA_BROKERS'] ?? '').split(',');
    const input = `engine-${randomUUID()}`;
    const topics = { input, output: `${input}-output`, deadLetters: `${input}-dead-letters` };
    await cluster.createTopic(input, inputPartitions);
    await cluster.createTopic(topics.output, outputPartitions);
    await cluster.createTopic(topics.deadLetters, outputPartitions);
    return new EngineStage(cluster, brokers, topics, options);
  }

  start(): RunningEngine {
    this.#started += 1;
    const instance = `instance${this.#started}`;
    const ports = new MortalPorts(this.#brokers, this.#clientId ?? instance);
    const events: RunningEngine['events'] = [];
    const { input, output, deadLetters } = this.topics;
    const engine = new TransformEngine({
      ports,
      groupId: this.groupId,
      instance,
      input,
      targets: [output, deadLetters],
      plan: planNumbered(this.topics, ports.encoder, 'lz4'),
      reading: { limits: readLimits(MAX_VALUE_BYTES), memory: new ReadMemory(READ_MEMORY_BYTES) },
      lingerMs: 0,
      stallTimeoutMs: STALL_TIMEOUT_MS,
      onEvent: (event) => {
        events.push({ ...event, at: Date.now() });
      },
      onFatal: (error) => {
        this.failures.push(error);
      },
    });
    const running = { engine, ports, events };
    this.engines.push(running);
    engine.start();
    return running;
  }

  /** @param quotas of the engines' client, in bytes a second, by name */
  async setQuota(quotas: Readonly<Record<string, number>>): Promise<void> {
    const [broker = ''] = this.#brokers;
    if (this.#clientId === undefined) throw new Error('Others have clients of these names, too');
    await setQuota(broker, this.#clientId, quotas);
  }

  /** Has a consumer of kafkajs join the group, which stays to the end. @throws what the coordinator refuses it for */
  async joinByKafkajs(): Promise<void> {
    this.#others.push(await joinByKafkajs(this.#brokers, this.groupId, this.topics.input));
  }

  async stop({ engine, ports }: RunningEngine): Promise<void> {
    await engine.stop();
    await ports.wire.close();
  }

  /** Waits until the engines that live have all partitions, about as many each. */
  async settled(engines: readonly RunningEngine[], partitions: number): Promise<void> {
    const fair = Math.floor(partitions / engines.length);
    await until('the partitions to be shared', () => {
      const owned = engines.map(({ engine }) => engine.member.owned);
      const all = new Set(owned.flatMap((ofOne) => [...ofOne]));
      const isFair = owned.every(({ size }) => size >= fair);
      const isSure = engines.every(({ engine }) => engine.member.state === 'member');
      return all.size === partitions && isFair && isSure && sum(owned) === partitions;
    });
  }

  /** Creates the input anew, as soon as the one that was deleted is gone. */
  async created(partitions: number): Promise<void> {
    const { input } = this.topics;
    await until('the input to be gone', async () => {
      const { topics } = await this.cluster.ports.wire.send('any', 'Metadata', { topics: [input] });
      return topics[0]?.error === 'UNKNOWN_TOPIC_OR_PARTITION';
    });
    await this.cluster.createTopic(input, partitions);
  }

  /** @returns what the group has committed, and the id of the input as it is now */
  async committed(
    partitions: number,
  ): Promise<{ readonly topicId: string; readonly offsets: readonly StoredOffset[] }> {
    const { wire } = this.cluster.ports;
    const { input: topic } = this.topics;
    const { topics } = await wire.send('any', 'Metadata', { topics: [topic] });
    const { partitions: offsets } = await wire.send(await this.#coordinator(), 'OffsetFetch', {
      groupId: this.groupId,
      requireStable: true,
      partitions: Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
    });
    return { topicId: topics[0]?.topicId ?? '', offsets };
  }

  async groupState(): Promise<string> {
    const { groupId } = this;
    const coordinator = await this.#coordinator();
    return (await this.cluster.ports.wire.send(coordinator, 'DescribeGroup', { groupId })).state;
  }

  /** Writes the next numbers to a partition of the input. @param keyBytes the size of their keys, which are random */
  async write(partition: number, count: number, keyBytes?: number): Promise<void> {
    const { wire, encoder } = this.cluster.ports;
    const { input: topic } = this.topics;
    const { brokers, topics } = await wire.send('any', 'Metadata', { topics: [topic] });
    const led = topics[0]?.partitions.find((one) => one.partition === partition);
    const broker = brokers.find(({ id }) => id === led?.leader);
    if (broker === undefined) throw new Error(`Partition ${partition} of ${topic} has no leader`);
    const serials = Array.from({ length: count }, (_, index) => this.#serial + index);
    this.#serial += count;
    const timestamp = Date.now();
    const records = serials.map((serial) => ({
      key: keyBytes === undefined ? null : randomBytes(keyBytes),
      value: Buffer.from(String(serial)),
      timestamp,
    }));
    const batch = await encoder.encode(records, 'none');
    const answer = await wire.send(
      broker,
      'Produce',
      {
        transactionalId: undefined,
        addsPartitions: false,
        timeoutMs: PRODUCE_TIMEOUT_MS,
        partitions: [{ topic, partition, batch, stamp: NO_PRODUCER }],
      },
      { channel: 'write' },
    );
    expect(answer.partitions.map(({ error }) => error)).toEqual(['NONE']);
    (this.written[partition] ??= []).push(...serials);
  }

  /** Writes to partitions in turn, until it is stopped. @returns what ends it */
  keepWriting(partitions: number, paceMs: number): () => Promise<void> {
    let isOver = false;
    const run = async (): Promise<void> => {
      while (!isOver) {
        for (let partition = 0; partition < partitions; partition += 1)
          await this.write(partition, 1);
        await this.cluster.ports.clock.sleep(paceMs);
      }
    };
    const running = run();
    running.catch(() => undefined);
    return async () => {
      isOver = true;
      await running;
    };
  }

  /** @returns what has to come out for what was written, by partition */
  expected(outcome: ReturnType<typeof outcomeOf>): number[][] {
    return this.output.read.map((_, partition) =>
      (this.written[partition] ?? []).filter((serial) => outcomeOf(serial) === outcome),
    );
  }

  /** Waits until all that was written has come out. */
  async done(retryForMs?: number): Promise<void> {
    const [emitted, dead] = [sizeOf(this.expected('emit')), sizeOf(this.expected('dead-letter'))];
    await until(
      'all records to come out',
      () =>
        this.failures.length > 0 ||
        (this.output.count >= emitted && this.deadLetters.count >= dead),
      retryForMs,
    );
    expect(this.failures).toEqual([]);
  }

  /** All that was written has come out once, in order, and nothing else ever will. */
  async expectOnce(): Promise<void> {
    for (const one of this.engines) if (one.ports.diedAt === undefined) await this.stop(one);
    for (const reader of [this.output, this.deadLetters]) {
      await until('all outputs to be read', () => reader.isAtEnd());
    }
    expect(this.output.serials).toEqual(this.expected('emit'));
    expect(this.deadLetters.serials).toEqual(this.expected('dead-letter'));
    expect(this.failures).toEqual([]);
  }

  async #coordinator(): Promise<Broker> {
    const request = { kind: 'group', key: this.groupId } as const;
    return (await this.cluster.ports.wire.send('any', 'FindCoordinator', request)).broker;
  }

  async close(): Promise<void> {
    for (const { engine, ports } of this.engines) {
      if (ports.diedAt === undefined) await engine.stop();
      ports.kill();
    }
    for (const other of this.#others) await other.disconnect();
    await this.output.close();
    await this.deadLetters.close();
    await this.cluster.close();
  }
}

function sum(sets: readonly ReadonlySet<number>[]): number {
  return sets.reduce((total, { size }) => total + size, 0);
}

function sizeOf(lists: readonly (readonly number[])[]): number {
  return lists.reduce((total, { length }) => total + length, 0);
}
