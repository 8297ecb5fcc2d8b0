import type { CommitPlan, ConsumedBatch } from '@login-pipeline/streams';
import { DROP, deadLetter, emit, planBatch } from '@login-pipeline/streams';
import type { Metrics } from '@login-pipeline/observability';
import type { WritableMessage } from '../../testing/index.ts';
import { TestCluster, waitFor } from '../../testing/index.ts';
import { TransactionalConsumer } from '../transactional-consumer.ts';

/** Reasons for what the brokers refuse. */
export const REFUSED = { timestamp: 'bad_time', record: 'bad_record', size: 'too_large' } as const;

/** The topics and the group of one test. */
export interface Pipe {
  readonly groupId: string;
  readonly input: string;
  readonly output: string;
  readonly deadLetter: string;
  /** The topic of the latest outputs; absent: none. */
  readonly latest?: string;
}

type TopicOptions = Parameters<TestCluster['topic']>[1];

/** A consumer at work, and what it reported. */
export interface Running {
  readonly consumer: TransactionalConsumer;
  readonly metrics: Metrics;
  readonly fatal: unknown[];
}

/** Emits values in capitals, drops those that begin with "drop", sets aside those that begin with "bad". */
export function capitals(batch: ConsumedBatch): CommitPlan {
  return planBatch(
    batch,
    ({ value }) => {
      const text = value?.toString() ?? '';
      if (text.startsWith('drop')) return DROP;
      if (text.startsWith('bad')) return deadLetter('bad_word', 'decode');
      return emit(Buffer.from(text.toUpperCase()));
    },
    { service: 'test@1', tooLarge: 'too_large', refused: REFUSED, now: () => new Date(0) },
  );
}

/** @returns records with 17 keys in turn */
export function numbered(count: number, prefix = 'login'): WritableMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `user-${index % 17}`,
    value: `${prefix} ${index}`,
  }));
}

/** @returns the values as texts */
export const values = (
  records: readonly { readonly value: Buffer | null }[],
): (string | undefined)[] => records.map(({ value }) => value?.toString());

/** Pipes of one test file: each with topics and a group of its own, on the broker that all tests share. */
export class Pipes {
  readonly cluster = new TestCluster();
  /** What ends with the test, newest first. */
  readonly cleanups: (() => Promise<void>)[] = [];

  /** @param output and deadLetter: of these topics, where they differ from the input */
  async create(
    partitions = 1,
    output: TopicOptions = {},
    deadLetter: TopicOptions = {},
  ): Promise<Pipe> {
    const [input, outputTopic, deadLetterTopic] = await Promise.all([
      this.cluster.topic('in', { partitions }),
      this.cluster.topic('out', { partitions, ...output }),
      this.cluster.topic('dead', { partitions, ...deadLetter }),
    ]);
    return {
      groupId: this.cluster.unique('group'),
      input,
      output: outputTopic,
      deadLetter: deadLetterTopic,
    };
  }

  /** Starts a consumer that stops with the test. */
  async start(
    { groupId, input, output, deadLetter: dead, latest }: Pipe,
    handle: (batch: ConsumedBatch) => CommitPlan | Promise<CommitPlan> = capitals,
    stallTimeoutMs = 60_000,
  ): Promise<Running> {
    const fatal: unknown[] = [];
    const { connection, logger } = this.cluster;
    const metrics = this.cluster.metrics();
    const consumer = await TransactionalConsumer.create(
      {
        connection,
        groupId,
        input: { topic: input, setting: 'INPUT_TOPIC' },
        output: { topic: output, setting: 'OUTPUT_TOPIC' },
        deadLetter: { topic: dead, setting: 'DEAD_LETTER_TOPIC' },
        latest:
          latest === undefined
            ? undefined
            : { topic: latest, setting: 'LATEST_TOPIC', timeHeader: 'time' },
        lingerMs: 0,
        batchMaxRecords: 100,
        compression: 'none',
        stallTimeoutMs,
        logger,
        metrics,
        onFatal: (error) => fatal.push(error),
      },
      (batch) => Promise.resolve(handle(batch)),
    );
    this.cleanups.push(() => consumer.stop());
    await consumer.start();
    return { consumer, metrics, fatal };
  }

  /** Waits until the whole input is processed, and what came of it can be read. */
  async caughtUp({ groupId, input, output, deadLetter, latest }: Pipe): Promise<void> {
    await waitFor('the group to be at the end of the input', async () => {
      const committed = await this.cluster.committed(groupId, input);
      const ends = await this.cluster.ends(input);
      return ends.every((end, partition) => end === 0 || committed[partition] === end);
    });
    const written = [output, deadLetter, ...(latest === undefined ? [] : [latest])];
    await Promise.all(written.map((topic) => this.cluster.decided(topic)));
  }

  /** Call it after each test. */
  async cleanUp(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
  }
}
