import { beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from '../cluster/cluster.ts';
import type { ApiName } from '../protocol/apis.ts';
import type { Fault, SimulatedProcess } from '../testing/simulation/index.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { RedriveSource } from './redrive-source.ts';
import type { PlacedRecord, RedriveTarget } from './redrive-source.ts';

const DEAD_LETTERS = 'dead';
const GROUP = 'redrive';
const REASONS = ['invalid_ip', 'invalid_json'];
const TARGET: RedriveTarget = { topic: 'logins', partitions: 2, maxMessageBytes: 1_000_000 };

describe.each([1, 2] as const)('RedriveSource, with transactions of version %i', (version) => {
  let simulated: SimulatedCluster;

  beforeEach(async () => {
    simulated = new SimulatedCluster({ seed: 11, transactionVersion: version });
    simulated.createTopic(DEAD_LETTERS, 1);
    simulated.createTopic(TARGET.topic, TARGET.partitions);
    const letters = ['a', 'b', 'c'].map((value) => ({ ...record(value), partition: undefined }));
    simulated.append(DEAD_LETTERS, 0, letters);
    // All brokers have heard of the topics then.
    await simulated.run(1_000);
  });

  function record(value: string, partition?: number): PlacedRecord & { timestamp: number } {
    return { key: Buffer.from('key'), value: Buffer.from(value), timestamp: 1, partition };
  }

  /** Lets time pass until a promise is settled. @returns its value, or what it was rejected with */
  async function settled<Value>(promise: Promise<Value>): Promise<unknown> {
    let outcome: { readonly of: unknown } | undefined;
    promise.then(
      (value) => (outcome = { of: value }),
      (error: unknown) => (outcome = { of: error }),
    );
    await simulated.run(simulated.now() + 120_000, () => outcome !== undefined);
    return outcome?.of;
  }

  async function open(process: SimulatedProcess, dryRun = false): Promise<RedriveSource> {
    const cluster = new Cluster(process, [DEAD_LETTERS, TARGET.topic]);
    const topic = { topic: DEAD_LETTERS, partition: 0, group: GROUP, reasons: REASONS };
    const source = await settled(RedriveSource.open({ cluster, ports: process, ...topic, dryRun }));
    if (!(source instanceof RedriveSource)) throw source as Error;
    return source;
  }

  const redriven = (): string[][] =>
    simulated
      .read(TARGET.topic)
      .map(({ committed }) => committed.map(({ value }) => String(value)));

  const positions = (): (bigint | undefined)[] =>
    REASONS.map((reason) => simulated.committed(`${GROUP}.${reason}`)[0]?.offset);

  function loseOnce(lost: ApiName, fault: Fault): void {
    let isLost = false;
    simulated.network.fault = (_process, _broker, api) => {
      if (api !== lost || isLost) return undefined;
      isLost = true;
      return fault;
    };
  }

  const WRITES = new Map([[TARGET, [record('a', 1), record('b', 0)]]]);
  const POSITIONS = new Map([
    ['invalid_ip', 1n],
    ['invalid_json', 2n],
  ]);

  it('writes records and the positions of all reasons in one transaction', async () => {
    const source = await open(simulated.process('one'));
    expect(source.end).toBe(3n);
    expect(await settled(source.commit(WRITES, POSITIONS))).toBeUndefined();
    await simulated.run(simulated.now() + 100);
    expect(redriven()).toEqual([['b'], ['a']]);
    expect(positions()).toEqual([1n, 2n]);
    const next = await open(simulated.process('two'));
    for (const one of [source, next]) {
      expect(one.isDone('invalid_ip', 0n)).toBe(true);
      expect(one.isDone('invalid_ip', 1n)).toBe(false);
      expect(one.isDone('invalid_json', 1n)).toBe(true);
    }
  });

  it('lets nothing of a redrive out that another one has taken over', async () => {
    const first = await open(simulated.process('one'));
    const second = await open(simulated.process('two'));
    expect(await settled(first.commit(WRITES, POSITIONS))).toBeInstanceOf(Error);
    await settled(first.close());
    expect(redriven()).toEqual([[], []]);
    expect(await settled(second.commit(WRITES, POSITIONS))).toBeUndefined();
    await simulated.run(simulated.now() + 100);
    expect(redriven()).toEqual([['b'], ['a']]);
  });

  it.each([
    ['Produce', 'lose-answer'],
    ['TxnOffsetCommit', 'lose-answer'],
    ['EndTxn', 'lose-request'],
    ['EndTxn', 'lose-answer'],
  ] as const)('ends whole or not at all where of %s is: %s', async (api, fault) => {
    const source = await open(simulated.process('one'));
    loseOnce(api, fault);
    expect(await settled(source.commit(WRITES, POSITIONS))).toBeInstanceOf(Error);
    expect(source.isDone('invalid_ip', 0n)).toBe(false);
    await settled(source.close());
    const next = await open(simulated.process('two'));
    await simulated.run(simulated.now() + 100);
    const isDone = api === 'EndTxn' && fault === 'lose-answer';
    expect(redriven()).toEqual(isDone ? [['b'], ['a']] : [[], []]);
    expect(next.isDone('invalid_ip', 0n)).toBe(isDone);
    expect(next.isDone('invalid_json', 1n)).toBe(isDone);
  });

  it('writes nothing in a dry run, and fences nothing', async () => {
    const source = await open(simulated.process('one'));
    const dry = await open(simulated.process('two'), true);
    await settled(dry.commit(WRITES, POSITIONS));
    expect(dry.isDone('invalid_ip', 0n)).toBe(true);
    expect(redriven()).toEqual([[], []]);
    expect(await settled(source.commit(WRITES, POSITIONS))).toBeUndefined();
  });

  it('has nothing to do where there is no dead letter', async () => {
    simulated.deleteRecords(DEAD_LETTERS, 0, 3);
    await expect(open(simulated.process('one'))).rejects.toBeUndefined();
  });
});
