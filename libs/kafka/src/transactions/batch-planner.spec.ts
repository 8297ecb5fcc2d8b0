import { describe, expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CommitPlan, ConsumedBatch, OutgoingRecord } from '@login-pipeline/streams';
import { createLogger } from '@login-pipeline/observability';
import type { UsableTopic } from '../client/topics.ts';
import { BatchPlanner } from './batch-planner.ts';
import type { KnownRefusals } from './refusals.ts';
import { LatestByKey } from './latest-by-key.ts';

const PARTITION = 2;
const BATCH: ConsumedBatch = { topic: 'in', partition: PARTITION, records: [], nextOffset: 9n };
const NO_REFUSALS: KnownRefusals = { batchBytes: new Map() };
const logger = createLogger({ service: 'test', version: '0', level: 'silent' });

const topic = (name: string, partitions = 4, maxMessageBytes = 1_000_000): UsableTopic => ({
  ...{ topic: name, partitions, maxMessageBytes },
});
const record = (value: string): OutgoingRecord => ({
  ...{ key: Buffer.from('k'), value: Buffer.from(value), headers: [], timestamp: '1' },
});
const newPlan = (): CommitPlan => ({
  outputs: [record('a'), record('b'), record('c')],
  sources: Uint32Array.of(0, 1, 4),
  deadLetters: [record('bad')],
  deadLetterSources: [3],
  latest: [1, 2].map((time) => ({
    ...{ key: 'k', time, value: Buffer.from('a'), timestamp: '1', source: time },
  })),
  nextOffset: 9n,
  dropped: 5,
  reasons: new Map([['bad_word', 1]]),
});

function planner(
  topics: Partial<Record<'output' | 'deadLetter' | 'latest', UsableTopic>> = {},
  handle: (batch: ConsumedBatch) => CommitPlan = newPlan,
): BatchPlanner {
  const all = { input: topic('in'), output: topic('out'), deadLetter: topic('dead') };
  return new BatchPlanner({
    topics: { ...all, latest: undefined, ...topics },
    handle: (batch) => Promise.resolve(handle(batch)),
    ...{ compression: 'none', batchMaxRecords: 2, logger },
  });
}

describe('BatchPlanner', () => {
  it('makes sends of a batch’s plan, the input’s partition kept, and tells what became of its records', async () => {
    const { sends, ...rest } = await planner().plan(BATCH, undefined, NO_REFUSALS);
    const [outputs = [], deadLetters = []] = sends;
    expect(outputs).toMatchObject([
      { topic: 'out', messages: { length: 2, partition: PARTITION } },
      { topic: 'out', messages: { length: 1, partition: PARTITION } },
    ]);
    expect(deadLetters).toMatchObject([{ topic: 'dead', messages: { length: 1 } }]);
    expect(rest).toEqual({
      sources: [Uint32Array.of(0, 1, 4), [3]],
      nextOffset: 9n,
      counts: expect.objectContaining({ dropped: 5 }),
      reasons: new Map([['bad_word', 1]]),
    });
  });

  it('leaves the partition to the key where the output has another number of them', async () => {
    const { sends } = await planner({ output: topic('out', 3) }).plan(
      BATCH,
      undefined,
      NO_REFUSALS,
    );
    const [{ messages } = { messages: [] }] = sends[0] ?? [];
    expect(messages).toEqual(newPlan().outputs.slice(0, 2));
  });

  it('sends of each key the latest alone, and none where nobody keeps them', async () => {
    const keeps = planner({ latest: topic('latest') });
    const { sends, sources } = await keeps.plan(BATCH, new LatestByKey(), NO_REFUSALS);
    expect(sources[2]).toEqual(Uint32Array.of(2));
    expect(sends[2]).toMatchObject([{ topic: 'latest', messages: { length: 1 } }]);
    expect((await planner().plan(BATCH, undefined, NO_REFUSALS)).sends).toHaveLength(2);
  });

  it('makes smaller what the brokers have refused: batches, and dead letters by their value', async () => {
    const records = [0, 1, 2, 3].map((offset) => ({ ...record(''), offset: String(offset) }));
    const { sends } = await planner({ deadLetter: topic('dead', 3) }).plan(
      { ...BATCH, records },
      undefined,
      { deadLetters: new Map([['3', 1]]), batchBytes: new Map([['out', 61]]) },
    );
    expect(sends[0]?.map(({ messages }) => messages.length)).toEqual([1, 1, 1]);
    expect(sends[1]).toMatchObject([{ messages: [{ key: Buffer.from('k'), value: null }] }]);
  });

  it('allows outputs no more bytes than all topics that get them take', async () => {
    const allowed: (number | undefined)[] = [];
    const handle = (batch: ConsumedBatch): CommitPlan => {
      allowed.push(batch.maxOutputBytes);
      return newPlan();
    };
    await planner({}, handle).plan(BATCH, undefined, NO_REFUSALS);
    await planner({ latest: topic('latest', 4, 5_000) }, handle).plan(
      BATCH,
      new LatestByKey(),
      NO_REFUSALS,
    );
    const [alone = 0, both = 0] = allowed;
    expect(alone).toBeLessThan(1_000_000);
    expect(both).toBeLessThan(5_000);
  });

  it('keeps nothing of the plan for whoever waits with its sends', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let plan: WeakRef<CommitPlan> | undefined;
    const planned = await planner({}, () => {
      const made = newPlan();
      plan = new WeakRef(made);
      return made;
    }).plan(BATCH, undefined, NO_REFUSALS);
    // A WeakRef holds on to its target until the end of the job that made it.
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
    expect(planned.sends).toHaveLength(2);
    expect(plan?.deref()).toBeUndefined();
  });
});
