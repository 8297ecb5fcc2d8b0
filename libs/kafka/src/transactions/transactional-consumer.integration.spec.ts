import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { CommitPlan, ConsumedBatch, OutgoingRecord } from '@login-pipeline/pipeline';
import { deadLetter, DROP, emit, planBatch } from '@login-pipeline/pipeline';
import type { Message } from 'kafkajs';
import { TestCluster, waitFor } from '../testing/index.ts';
import { TransactionalConsumer } from './transactional-consumer.ts';
import { transactionalId } from './partition-producer.ts';

const cluster = new TestCluster();
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

afterAll(() => cluster.close());

interface Pipe {
  readonly groupId: string;
  readonly input: string;
  readonly output: string;
  readonly deadLetter: string;
}

async function pipe(partitions = 1): Promise<Pipe> {
  const [input, output, deadLetterTopic] = await Promise.all([
    cluster.topic('in', { partitions }),
    cluster.topic('out', { partitions }),
    cluster.topic('dead', { partitions }),
  ]);
  return { groupId: cluster.unique('group'), input, output, deadLetter: deadLetterTopic };
}

/** Emits values in capitals, drops those that begin with "drop", sets aside those that begin with "bad". */
function capitals(batch: ConsumedBatch): CommitPlan {
  return planBatch(
    batch,
    ({ value }) => {
      const text = value?.toString() ?? '';
      if (text.startsWith('drop')) return DROP;
      if (text.startsWith('bad')) return deadLetter('bad_word', 'decode');
      return emit(Buffer.from(text.toUpperCase()));
    },
    { service: 'test@1', tooLarge: 'too_large', now: () => new Date(0) },
  );
}

interface Running {
  readonly consumer: TransactionalConsumer;
  readonly fatal: unknown[];
}

async function start(
  { groupId, input, output, deadLetter: dead }: Pipe,
  handle: (batch: ConsumedBatch) => CommitPlan | Promise<CommitPlan> = capitals,
  stallTimeoutMs = 60_000,
): Promise<Running> {
  const fatal: unknown[] = [];
  const { connection, logger } = cluster;
  const consumer = await TransactionalConsumer.create(
    {
      connection,
      groupId,
      input: { topic: input, setting: 'INPUT_TOPIC' },
      output: { topic: output, setting: 'OUTPUT_TOPIC' },
      deadLetter: { topic: dead, setting: 'DEAD_LETTER_TOPIC' },
      lingerMs: 0,
      batchMaxRecords: 100,
      compression: 'none',
      stallTimeoutMs,
      logger,
      metrics: cluster.metrics(),
      onFatal: (error) => fatal.push(error),
    },
    (batch) => Promise.resolve(handle(batch)),
  );
  cleanups.push(() => consumer.stop());
  await consumer.start();
  return { consumer, fatal };
}

function numbered(count: number, prefix = 'login'): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `user-${index % 17}`,
    value: `${prefix} ${index}`,
  }));
}

async function caughtUp({ groupId, input }: Pipe): Promise<void> {
  await waitFor('the group to be at the end of the input', async () => {
    const committed = await cluster.committed(groupId, input);
    const ends = await cluster.ends(input);
    return ends.every((end, partition) => end === 0 || committed[partition] === end);
  });
}

const values = (records: readonly { readonly value: Buffer | null }[]): (string | undefined)[] =>
  records.map(({ value }) => value?.toString());

describe('TransactionalConsumer', () => {
  it('writes outputs and dead letters, drops the rest, and commits past all of them', async () => {
    const topics = await pipe(3);
    await start(topics);
    await cluster.produce(topics.input, [
      ...numbered(500),
      ...numbered(50, 'drop'),
      ...numbered(25, 'bad'),
    ]);
    await caughtUp(topics);

    const outputs = await cluster.read(topics.output);
    expect(values(outputs).toSorted()).toEqual(
      numbered(500)
        .map(({ value }) => String(value).toUpperCase())
        .toSorted(),
    );
    expect(await cluster.read(topics.deadLetter)).toHaveLength(25);
  });

  it('keeps key, headers, timestamp, partition and the order within a partition', async () => {
    const topics = await pipe(3);
    const messages = numbered(300).map((message, index) => ({
      ...message,
      timestamp: String(1_700_000_000_000 + index),
      headers: { trace: `t-${index}`, twice: ['1', '2'] },
    }));
    await cluster.produce(topics.input, messages);
    await start(topics);
    await caughtUp(topics);

    const shape = (records: readonly OutgoingRecord[]): unknown =>
      records.map((record) => ({
        ...record,
        value: record.value?.toString().toUpperCase(),
        offset: undefined,
        batchContext: undefined,
      }));
    const byPartition = async (topic: string, partition: number): Promise<unknown> =>
      shape((await cluster.read(topic)).filter((record) => record.partition === partition));
    for (const partition of [0, 1, 2]) {
      expect(await byPartition(topics.output, partition)).toEqual(
        await byPartition(topics.input, partition),
      );
    }
  });

  it('goes on where the group stands, without a gap and without a repetition', async () => {
    const topics = await pipe();
    const first = await start(topics);
    await cluster.produce(topics.input, numbered(100, 'one'));
    await caughtUp(topics);
    await first.consumer.stop();
    await cluster.produce(topics.input, numbered(100, 'two'));
    await start(topics);
    await caughtUp(topics);

    expect(values(await cluster.read(topics.output))).toEqual(
      [...numbered(100, 'ONE'), ...numbered(100, 'TWO')].map(({ value }) => value),
    );
  });

  it('commits nothing of a batch whose handler throws, and tells so', async () => {
    const topics = await pipe();
    await cluster.produce(topics.input, numbered(10));
    const { fatal } = await start(topics, () => {
      throw new Error('a bug');
    });
    await waitFor('the failure', () => fatal.length > 0);

    expect(fatal[0]).toEqual(new Error('a bug'));
    expect(await cluster.read(topics.output)).toEqual([]);
    expect(await cluster.committed(topics.groupId, topics.input)).toEqual([-1]);
  });

  it('recovers when another producer takes its transactional id while it works', async () => {
    const topics = await pipe();
    let taken = false;
    await cluster.produce(topics.input, numbered(50));
    await start(topics, async (batch) => {
      if (!taken) {
        taken = true;
        const id = transactionalId({
          groupId: topics.groupId,
          topic: topics.input,
          partition: 0,
          partitions: 1,
        });
        const zombie = cluster.kafka.producer({ transactionalId: id });
        await zombie.connect();
        const transaction = await zombie.transaction();
        await transaction.send({ topic: topics.output, messages: [{ value: 'from a zombie' }] });
        cleanups.push(() => zombie.disconnect());
      }
      return capitals(batch);
    });
    await caughtUp(topics);

    expect(values(await cluster.read(topics.output))).toEqual(
      numbered(50).map(({ value }) => String(value).toUpperCase()),
    );
  });

  it('shares the partitions among members and loses nothing when one leaves', async () => {
    const topics = await pipe(4);
    const members = [await start(topics), await start(topics), await start(topics)];
    await cluster.produce(topics.input, numbered(400, 'a'));
    await members[1]?.consumer.stop();
    await cluster.produce(topics.input, numbered(400, 'b'));
    await caughtUp(topics);

    expect(values(await cluster.read(topics.output)).toSorted()).toEqual(
      [...numbered(400, 'A'), ...numbered(400, 'B')].map(({ value }) => value).toSorted(),
    );
  });

  it('splits what is too much for one record batch and sets aside what is too large alone', async () => {
    const topics = await pipe();
    const large = (size: number): Message => ({ value: 'x'.repeat(size) });
    await cluster.produce(topics.input, [large(600_000)]);
    await cluster.produce(topics.input, [large(600_000)]);
    await cluster.produce(topics.input, [large(900_000)]);
    await start(topics, (batch) =>
      planBatch(
        batch,
        ({ value }) => emit(Buffer.concat([value ?? Buffer.alloc(0), Buffer.alloc(149_000)])),
        { service: 'test@1', tooLarge: 'too_large', now: () => new Date(0) },
      ),
    );
    await caughtUp(topics);

    expect((await cluster.read(topics.output)).map(({ value }) => value?.length)).toEqual([
      749_000, 749_000,
    ]);
    const [dead] = await cluster.read(topics.deadLetter);
    expect(dead?.value?.length).toBe(900_000);
    expect(String(dead?.headers?.['x-dead-letter-reason'])).toBe('too_large');
  });

  it('gives up when a batch never ends, and not when there is nothing to do', async () => {
    const idle = await start(await pipe(), capitals, 1_500);
    const topics = await pipe();
    await cluster.produce(topics.input, numbered(1));
    const stuck = await start(
      topics,
      (batch) =>
        new Promise((resolve) => {
          // Ends only when the test does, before the consumer is stopped.
          cleanups.push(() => {
            resolve(capitals(batch));
            return Promise.resolve();
          });
        }),
      1_500,
    );
    await waitFor('the watchdog', () => stuck.fatal.length > 0);

    expect(String(stuck.fatal[0])).toMatch(/No progress on .*partition 0 .*STALL_TIMEOUT_MS=1500/);
    expect(stuck.consumer.notLive()).toBeDefined();
    expect(idle.fatal).toEqual([]);
    expect(idle.consumer.notLive()).toBeUndefined();
  });
});
