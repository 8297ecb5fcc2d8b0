import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { lastHeader } from '@login-pipeline/streams';
import type { WritableMessage } from '../testing/index.ts';
import { numbered, Pipes, values } from './testing/pipes.ts';
import type { Pipe } from './testing/pipes.ts';

const HOUR_MS = 3_600_000;
const COUNT = 450;

const pipes = new Pipes();
const { cluster } = pipes;
afterEach(() => pipes.cleanUp());
afterAll(() => cluster.close());

/** What the oracle of these tests says of a record. */
type IsRefused = (index: number) => boolean;

describe('Records that the output topic refuses', () => {
  it('become dead letters where their timestamp is refused, and their neighbours come out once, in order', async () => {
    const isRefused: IsRefused = (index) => index % 90 === 7 || index === COUNT - 1;
    const config = { 'message.timestamp.before.max.ms': String(HOUR_MS) };
    const pipe = await pipes.create(1, { config });
    await through(pipe, isRefused, (message) => ({
      ...message,
      timestamp: String(Date.now() - 2 * HOUR_MS),
    }));
    await expectOutcome(pipe, isRefused, 'bad_time');
  });

  it('become dead letters where a compacted topic refuses their missing key, whatever the partitions', async () => {
    const isRefused: IsRefused = (index) => index % 200 === 100;
    const pipe = await pipes.create(1, {
      partitions: 3,
      config: { 'cleanup.policy': 'compact' },
    });
    await through(pipe, isRefused, (message) => ({ ...message, key: null }));
    await expectOutcome(pipe, isRefused, 'bad_record');
  });

  it('pass where they have no timestamp at all', async () => {
    const config = { 'message.timestamp.before.max.ms': String(HOUR_MS) };
    const pipe = await pipes.create(1, { config });
    await through(
      pipe,
      () => true,
      (message) => ({ ...message, timestamp: '-1' }),
    );
    await expectOutcome(pipe, () => false, '');
  });

  /** Sends records through a pipe, those that are to be refused changed. */
  async function through(
    pipe: Pipe,
    isRefused: IsRefused,
    change: (message: WritableMessage) => WritableMessage,
  ): Promise<void> {
    const messages = numbered(COUNT).map((message, index) =>
      isRefused(index) ? change(message) : { ...message, timestamp: String(Date.now()) },
    );
    await cluster.produce(pipe.input, messages);
    const { fatal } = await pipes.start(pipe);
    await pipes.caughtUp(pipe);
    expect(fatal).toEqual([]);
  }

  async function expectOutcome(pipe: Pipe, isRefused: IsRefused, reason: string): Promise<void> {
    const all = numbered(COUNT).map(({ value }) => String(value));
    const outputs = await cluster.read(pipe.output);
    const deadLetters = await cluster.read(pipe.deadLetter);
    const passed = all.filter((_, index) => !isRefused(index)).map((it) => it.toUpperCase());
    const written = values(outputs);
    // Several partitions have no order among them.
    const isOne = new Set(outputs.map(({ partition }) => partition)).size === 1;
    expect(isOne ? written : written.toSorted()).toEqual(isOne ? passed : passed.toSorted());
    expect(values(deadLetters)).toEqual(all.filter((_, index) => isRefused(index)));
    const reasons = deadLetters.map(({ headers }) => lastHeader(headers, 'x-dead-letter-reason'));
    expect(new Set(reasons)).toEqual(new Set(reason === '' ? [] : [reason]));
  }
});
