import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { makeLoad } from './load.ts';
import type { InputRecord } from './load.ts';
import { faultsOf } from './oracle.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';
import { TransactionWatch } from './transaction-watch.ts';

const PARTITIONS = 4;
/** A member that died is counted out of its group after 15 s; only then does the next one get its partitions. */
const TAKE_OVER_MS = 45_000;
const TEST_TIMEOUT_MS = 150_000;

describe('transformer, exactly once', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it(
    'loses and duplicates none of 100,000 logins, one in twenty bad, when it is killed twice within a transaction',
    async () => {
      const { lane, input } = await filledLane(100_000);
      const reader = await TopicReader.start(cluster, lane.output);
      const watch = await TransactionWatch.start(cluster, lane.output);

      for (const share of [0.05, 0.3]) {
        const doomed = await Service.start('transformer', lane.settings);
        await doomed.until('some of its work', () => consumed(lane, share, input), TAKE_OVER_MS);
        await watch.freeze(doomed);
        await doomed.kill();
        expect(await consumed(lane, 1, input)).toBe(false);
      }
      await watch.stop();
      const survivor = await Service.start('transformer', lane.settings);
      await survivor.until('all of its work', () => consumed(lane, 1, input), TAKE_OVER_MS);
      expect(await survivor.stop()).toBe(0);

      await expectExactlyOnce(lane, input);
      const concurrent = (await reader.finish()).records;
      const later = (await TopicReader.readAll(cluster, lane.output)).records;
      expect(places(concurrent)).toEqual(places(later));
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'gives up what it held when frozen within a transaction for longer than its session, and goes on as one of two',
    async () => {
      const { lane, input } = await filledLane(60_000);
      const watch = await TransactionWatch.start(cluster, lane.output);
      const zombie = await Service.start('transformer', lane.settings);
      await watch.freeze(zombie);
      await watch.stop();
      expect(await consumed(lane, 1, input)).toBe(false);

      const heir = await Service.start('transformer', lane.settings);
      await heir.until('some of its work', () => consumed(lane, 0.6, input), TAKE_OVER_MS);
      zombie.signal('SIGCONT');
      await heir.until('the work of both', () => consumed(lane, 1, input), TAKE_OVER_MS);
      await zombie.ready();
      expect(await Promise.all([zombie.stop(), heir.stop()])).toEqual([0, 0]);

      await expectExactlyOnce(lane, input);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'finishes its work in hand at SIGTERM under load, and its successor does the rest',
    async () => {
      const { lane, input } = await filledLane(60_000);
      const settings = { ...lane.settings, DRAIN_TIMEOUT_MS: '10000' };
      const first = await Service.start('transformer', settings);
      await first.until('some of its work', () => consumed(lane, 0.1, input));
      const began = performance.now();
      expect(await first.stop()).toBe(0);
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(await consumed(lane, 1, input)).toBe(false);

      // It left the group, so its successor need not wait for a session to end.
      const second = await Service.start('transformer', settings);
      await second.until('the rest', () => consumed(lane, 1, input), 13_000);
      expect(await second.stop()).toBe(0);

      await expectExactlyOnce(lane, input);
    },
    TEST_TIMEOUT_MS,
  );

  async function filledLane(count: number): Promise<{ lane: Lane; input: readonly InputRecord[] }> {
    const lane = await cluster.lane({ partitions: PARTITIONS });
    const input = makeLoad(count, PARTITIONS);
    await cluster.produce(lane.input, input);
    return { lane, input };
  }

  /** @returns whether the group has committed this share of the input */
  async function consumed(
    lane: Lane,
    share: number,
    { length }: readonly InputRecord[],
  ): Promise<boolean> {
    const committed = await cluster.committed(lane);
    return committed.reduce((sum, offset) => sum + offset, 0) >= share * length;
  }

  async function expectExactlyOnce(lane: Lane, input: readonly InputRecord[]): Promise<void> {
    const outputs = await TopicReader.readAll(cluster, lane.output);
    const deadLetters = await TopicReader.readAll(cluster, lane.deadLetter);
    const faults = faultsOf({
      topic: lane.input,
      input,
      passes: (version) => version === '2.0.0',
      outputs: outputs.records,
      deadLetters: deadLetters.records,
    });
    expect(faults).toEqual([]);
    expect({ open: outputs.open || deadLetters.open }).toEqual({ open: false });
    expect(await cluster.committed(lane)).toEqual(await cluster.ends(lane.input));
  }
});

/** @returns where each record stands, in the order of partitions */
function places(records: readonly { partition: number; offset: string }[]): readonly string[] {
  return records
    .toSorted((one, other) => one.partition - other.partition)
    .map(({ partition, offset }) => `${partition}:${offset}`);
}
