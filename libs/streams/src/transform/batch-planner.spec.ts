import { beforeEach, describe, expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Cluster } from '../cluster/cluster.ts';
import type { CommitPlan } from '../plan/plan.ts';
import { UndecidedError } from '../plan/undecided-error.ts';
import type { ConsumedBatch, OutgoingRecord } from '../records/record.ts';
import { SimulatedContractCluster, SimulatedOutgoing } from '../testing/simulation/index.ts';
import type { Write } from '../transactions/produce.ts';
import { batchPlanner } from './batch-planner.ts';
import type { BatchPlannerOptions, CommittedBatch, ShortenedDeadLetter } from './batch-planner.ts';
import type { PlanBatch } from './planned-batch.ts';

const PARTITION = 2;
const PARTITIONS = 4;
const records = [0, 1, 2, 3, 4].map((offset) => ({ ...record(''), offset: String(offset) }));
const BATCH: ConsumedBatch = { topic: 'in', partition: PARTITION, records, nextOffset: 9n };

function record(value: string): OutgoingRecord {
  return { key: Buffer.from('k'), value: Buffer.from(value), headers: [], timestamp: '1' };
}

const LATEST = { topic: 'latest', timeHeader: 'time', maxMessageBytes: 1_000_000 };

const newPlan = (): CommitPlan => ({
  outputs: [record('a'), record('b'), record('c')],
  sources: Uint32Array.of(0, 1, 4),
  deadLetters: [{ ...record('bad'), headers: [['x-dead-letter-reason', 'bad_word']] }],
  deadLetterSources: [3],
  latest: [1, 2].map((time) => ({
    ...{ key: 'k', time, value: Buffer.from('a'), timestamp: '1', source: time },
  })),
  nextOffset: 9n,
  dropped: 5,
  reasons: new Map([['bad_word', 1]]),
});

const lengths = (writes: readonly Write[]) =>
  writes.map(({ topic, partition, batches }) => [
    topic,
    partition,
    batches.map(({ length }) => length),
  ]);

describe('batchPlanner', () => {
  let contract: SimulatedContractCluster;
  let cluster: Cluster;
  const shortened: ShortenedDeadLetter[] = [];
  const committed: CommittedBatch[] = [];

  beforeEach(async () => {
    contract = new SimulatedContractCluster({ seed: 3 });
    cluster = new Cluster(contract.ports, ['in', 'out', 'dead', 'latest']);
    shortened.length = committed.length = 0;
    for (const topic of ['in', 'out', 'dead', 'latest']) {
      await contract.createTopic(topic, topic === 'out' ? 3 : PARTITIONS);
    }
    await cluster.refresh();
  });

  function planner(
    options: Partial<BatchPlannerOptions> = {},
    handle: (batch: ConsumedBatch) => CommitPlan = newPlan,
  ): PlanBatch {
    return batchPlanner({
      input: 'in',
      output: { topic: 'out', maxMessageBytes: 1_000_000 },
      deadLetter: { topic: 'dead', maxMessageBytes: 1_000_000 },
      codec: 'none',
      maxRecords: 2,
      encoder: contract.ports.encoder,
      handle: (batch) => Promise.resolve(handle(batch)),
      onShortened: (it) => shortened.push(it),
      onCommitted: (it) => committed.push(it),
      ...options,
    })({
      partition: PARTITION,
      cluster,
      clock: contract.ports.clock,
      signal: new AbortController().signal,
    });
  }

  it('makes writes of a batch’s plan, and tells what became of its records once they are committed', async () => {
    const planned = await planner()(BATCH, []);
    expect(lengths(planned.writes)).toEqual([
      // By its key, where the topic has another number of partitions.
      ['out', 2, [2, 1]],
      ['dead', PARTITION, [1]],
    ]);
    expect(planned.counts).toMatchObject({ emitted: 3, dropped: 5, deadLettered: 1 });
    expect(committed).toEqual([]);
    planned.onCommitted?.([]);
    const { counts } = planned;
    expect(committed).toEqual([{ batch: BATCH, counts, reasons: new Map([['bad_word', 1]]) }]);
  });

  it('writes of each key the latest alone', async () => {
    const { writes } = await planner({ latest: LATEST })(BATCH, []);
    expect(lengths(writes).slice(2)).toEqual([['latest', PARTITION, [1]]]);
  });

  it('makes smaller what brokers have refused: batches, and dead letters by their value', async () => {
    const plan = planner();
    const [output, deadLetter] = (await plan(BATCH, [])).writes;
    if (output === undefined || deadLetter === undefined) throw new Error('Nothing is written');
    const error = 'MESSAGE_TOO_LARGE';
    const { writes } = await plan(BATCH, [
      { write: output, batch: 0, error, indexes: [] },
      { write: deadLetter, batch: 0, error, indexes: [] },
    ]);
    expect(lengths(writes)[0]).toEqual(['out', 2, [1, 1, 1]]);
    const [batch] = writes.at(-1)?.batches ?? [];
    expect((batch as SimulatedOutgoing).records).toMatchObject([
      { key: Buffer.from('k'), value: null },
    ]);
    expect(shortened).toEqual([{ partition: PARTITION, offset: '3', omittedBytes: 3 }]);
  });

  it('tells the handler what was refused', async () => {
    const asked: unknown[] = [];
    const plan = planner({}, (batch) => {
      asked.push(batch.refused);
      return newPlan();
    });
    const [write] = (await plan(BATCH, [])).writes;
    if (write === undefined) throw new Error('Nothing is written');
    await plan(BATCH, [{ write, batch: 1, error: 'INVALID_TIMESTAMP', indexes: [0] }]);
    expect(asked).toEqual([undefined, new Map([['4', 'timestamp']])]);
  });

  it('allows outputs no more bytes than all topics that get them take', async () => {
    const allowed: (number | undefined)[] = [];
    const handle = (batch: ConsumedBatch): CommitPlan => {
      allowed.push(batch.maxOutputBytes);
      return newPlan();
    };
    await planner({}, handle)(BATCH, []);
    await planner({ latest: { ...LATEST, maxMessageBytes: 5_000 } }, handle)(BATCH, []);
    const [alone = 0, both = 0] = allowed;
    expect(alone).toBeLessThan(1_000_000);
    expect(both).toBeLessThan(5_000);
  });

  it('waits for topics that the brokers do not know, and names them', async () => {
    const output = { topic: 'gone', maxMessageBytes: 1_000 };
    const planned = planner({ output })(BATCH, []);
    await expect(planned).rejects.toThrow(UndecidedError);
    await expect(planned).rejects.toThrow('"gone"');
  });

  it('waits until the topic of the latest records has as many partitions as the input', async () => {
    await contract.growTopic('in', PARTITIONS + 1);
    await cluster.refresh();
    const plan = planner({ latest: LATEST });
    await expect(plan(BATCH, [])).rejects.toThrow('both must have as many');
    await contract.growTopic('latest', PARTITIONS + 1);
    await cluster.refresh();
    expect((await plan(BATCH, [])).writes).toHaveLength(3);
  });

  it('keeps nothing of the plan for what waits with its writes', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let plan: WeakRef<CommitPlan> | undefined;
    const planned = await planner({ encoder: bytesOnly }, () => {
      const made = newPlan();
      plan = new WeakRef(made);
      return made;
    })(BATCH, []);
    // A WeakRef holds on to its target until the end of the job that made it.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(planned.writes).toHaveLength(2);
    expect(plan?.deref()).toBeUndefined();
  });
});

/** Keeps no record, as an encoder of bytes. */
const bytesOnly = {
  encode: ({ length }: readonly OutgoingRecord[]) =>
    Promise.resolve({ length, uncompressedBytes: 100 }),
};
