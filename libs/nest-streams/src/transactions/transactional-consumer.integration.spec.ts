import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '@login-pipeline/streams';
import { NO_FLOW, emit, encodeFlow, lastHeader, planBatch } from '@login-pipeline/streams';
import { waitFor } from '../testing/index.ts';
import type { WritableMessage } from '../testing/index.ts';
import { capitals, numbered, Pipes, REFUSED, values } from './testing/pipes.ts';

const pipes = new Pipes();
const { cluster } = pipes;
afterEach(() => pipes.cleanUp());
afterAll(() => cluster.close());

describe('TransactionalConsumer', () => {
  it('writes outputs and dead letters, drops the rest, and commits past all of them', async () => {
    const topics = await pipes.create(3);
    await pipes.start(topics);
    await cluster.produce(topics.input, [
      ...numbered(500),
      ...numbered(50, 'drop'),
      ...numbered(25, 'bad'),
    ]);
    await pipes.caughtUp(topics);

    const outputs = await cluster.read(topics.output);
    expect(values(outputs).toSorted()).toEqual(
      numbered(500)
        .map(({ value }) => String(value).toUpperCase())
        .toSorted(),
    );
    expect(await cluster.read(topics.deadLetter)).toHaveLength(25);
  });

  it('tells how many records were deleted before it read them, and keeps its sums', async () => {
    const topics = await pipes.create(1);
    const first = await pipes.start(topics);
    await cluster.produce(topics.input, numbered(10));
    await pipes.caughtUp(topics);
    await first.consumer.stop();

    await cluster.produce(topics.input, numbered(7));
    const admin = cluster.kafka.admin();
    await admin.connect();
    // kafkajs looks for the leader only in what it knows already.
    await admin.fetchTopicOffsets(topics.input);
    const partitions = [{ partition: 0, offset: '17' }];
    await admin.deleteTopicRecords({ topic: topics.input, partitions });
    await cluster.produce(topics.input, numbered(3));
    const { metrics } = await pipes.start(topics);
    await pipes.caughtUp(topics);

    await waitFor('the loss', async () => /^records_lost_total 7$/m.test(await metrics.render()));
    const [committed] = await admin.fetchOffsets({
      groupId: topics.groupId,
      topics: [topics.input],
    });
    await admin.disconnect();
    expect(committed?.partitions[0]).toMatchObject({
      offset: '20',
      metadata: expect.stringContaining(encodeFlow({ ...NO_FLOW, emitted: 13, uncounted: 7 })),
    });
  });

  it('keeps key, headers, timestamp, partition and the order within a partition', async () => {
    const topics = await pipes.create(3);
    const messages = numbered(300).map((message, index) => ({
      ...message,
      timestamp: String(1_700_000_000_000 + index),
      headers: [
        ['twice', '1'],
        ['trace', `t-${index}`],
        ['twice', '2'],
      ] as const,
    }));
    await cluster.produce(topics.input, messages);
    await pipes.start(topics);
    await pipes.caughtUp(topics);

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
    const topics = await pipes.create();
    const first = await pipes.start(topics);
    await cluster.produce(topics.input, numbered(100, 'one'));
    await pipes.caughtUp(topics);
    await first.consumer.stop();
    await cluster.produce(topics.input, numbered(100, 'two'));
    await pipes.start(topics);
    await pipes.caughtUp(topics);

    expect(values(await cluster.read(topics.output))).toEqual(
      [...numbered(100, 'ONE'), ...numbered(100, 'TWO')].map(({ value }) => value),
    );
  });

  it('commits nothing of a batch whose handler throws, and tells so', async () => {
    const topics = await pipes.create();
    await cluster.produce(topics.input, numbered(10));
    const { fatal } = await pipes.start(topics, () => {
      throw new Error('a bug');
    });
    await waitFor('the failure', () => fatal.length > 0);

    expect(fatal[0]).toEqual(new Error('a bug'));
    expect(await cluster.read(topics.output)).toEqual([]);
    expect(await cluster.committed(topics.groupId, topics.input)).toEqual([0]);
  });

  it('shares the partitions among members and loses nothing when one leaves', async () => {
    const topics = await pipes.create(4);
    const members = [
      await pipes.start(topics),
      await pipes.start(topics),
      await pipes.start(topics),
    ];
    await cluster.produce(topics.input, numbered(400, 'a'));
    await members[1]?.consumer.stop();
    await cluster.produce(topics.input, numbered(400, 'b'));
    await pipes.caughtUp(topics);

    expect(values(await cluster.read(topics.output)).toSorted()).toEqual(
      [...numbered(400, 'A'), ...numbered(400, 'B')].map(({ value }) => value).toSorted(),
    );
  });

  it('splits what is too much for one record batch and sets aside what is too large alone', async () => {
    const topics = await pipes.create();
    const large = (size: number): WritableMessage => ({ value: 'x'.repeat(size) });
    await cluster.produce(topics.input, [large(600_000)]);
    await cluster.produce(topics.input, [large(600_000)]);
    await cluster.produce(topics.input, [large(900_000)]);
    await pipes.start(topics, (batch) =>
      planBatch(
        batch,
        ({ value }) => emit(Buffer.concat([value ?? Buffer.alloc(0), Buffer.alloc(149_000)])),
        { service: 'test@1', tooLarge: 'too_large', refused: REFUSED, now: () => new Date(0) },
      ),
    );
    await pipes.caughtUp(topics);

    expect((await cluster.read(topics.output)).map(({ value }) => value?.length)).toEqual([
      749_000, 749_000,
    ]);
    const [dead] = await cluster.read(topics.deadLetter);
    expect(dead?.value?.length).toBe(900_000);
    expect(lastHeader(dead?.headers ?? [], 'x-dead-letter-reason')).toBe('too_large');
  });

  it('gives up when a batch never ends, and not when there is nothing to do', async () => {
    const idle = await pipes.start(await pipes.create(), capitals, 1_500);
    const topics = await pipes.create();
    await cluster.produce(topics.input, numbered(1));
    const stuck = await pipes.start(
      topics,
      (batch) =>
        new Promise((resolve) => {
          // Ends only when the test does, before the consumer is stopped.
          pipes.cleanups.push(() => {
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
