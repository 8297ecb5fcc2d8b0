import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { UndecidedError } from '@login-pipeline/streams';
import { waitFor } from '../testing/index.ts';
import { capitals, numbered, Pipes, values } from './testing/pipes.ts';

const pipes = new Pipes();
const { cluster } = pipes;
afterEach(() => pipes.cleanUp());
afterAll(() => cluster.close());

describe('One batch after the other', () => {
  it('leaves nothing out of what it had fetched ahead when a batch before it was put off', async () => {
    const topics = await pipes.create();
    // Several fetches, each of a mebibyte.
    const padding = 'x'.repeat(1_000);
    for (let part = 0; part < 5; part += 1) {
      await cluster.produce(topics.input, numbered(900, `${padding} ${part}`));
    }
    const batches: bigint[] = [];
    await pipes.start(topics, (batch) => {
      batches.push(batch.nextOffset);
      if (batches.length % 2 === 1) throw new UndecidedError('not yet');
      return capitals(batch);
    });
    await pipes.caughtUp(topics);
    const expected = Array.from({ length: 5 }, (_, part) => numbered(900, `${padding} ${part}`));
    const written = await waitFor('the last commit to show', async () => {
      const now = await cluster.read(topics.output);
      return now.length >= 4_500 && now;
    });
    expect(values(written)).toEqual(
      expected.flat().map(({ value }) => String(value).toUpperCase()),
    );
    expect(batches.length).toBeGreaterThan(6);
  });

  it('writes by key into topics that have another number of partitions', async () => {
    const topics = await pipes.create();
    const wider = {
      ...topics,
      output: await cluster.topic('out', { partitions: 3 }),
      deadLetter: await cluster.topic('dead', { partitions: 2 }),
    };
    await pipes.start(wider);
    const records = [...numbered(60), ...numbered(40, 'bad')];
    await cluster.produce(topics.input, records);
    await pipes.caughtUp(topics);
    // What a producer does with the same keys.
    for (const [topic, partitions, prefix] of [
      [wider.output, 3, 'LOGIN'],
      [wider.deadLetter, 2, 'bad'],
    ] as const) {
      const expected = await cluster.topic('by-key', { partitions });
      await cluster.produce(
        expected,
        records.filter(({ value }) => String(value).toLowerCase().startsWith(prefix.toLowerCase())),
      );
      const placesOf = (found: Awaited<ReturnType<typeof cluster.read>>) =>
        found.map(({ partition, key }) => `${partition} ${String(key)}`).toSorted();
      const wanted = await cluster.read(expected);
      // A commit shows in each partition only some milliseconds after its answer.
      const found = await waitFor(`${wanted.length} records`, async () => {
        const now = await cluster.read(topic);
        return now.length >= wanted.length && now;
      });
      expect(placesOf(found)).toEqual(placesOf(wanted));
    }
  });

  it('commits hundreds of small transactions in a row, one as soon as the other is done', async () => {
    const topics = await pipes.create();
    const { metrics } = await pipes.start(topics);
    const producer = cluster.kafka.producer();
    await producer.connect();
    for (const { value } of numbered(300)) {
      await producer.send({ topic: topics.input, messages: [{ value }, { value: 'bad' }] });
    }
    await producer.disconnect();
    await pipes.caughtUp(topics);
    for (const topic of [topics.output, topics.deadLetter]) {
      await waitFor('the last commit to show', async () => {
        return (await cluster.read(topic)).length === 300;
      });
    }
    expect(await metrics.render()).not.toMatch(
      /transactions_total\{outcome="(?:aborted|indefinite)"\} [1-9]/,
    );
  });
});
