import { beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCounts } from '../testing/counting-states.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { until } from '../transform/testing/service.ts';
import {
  haveAll,
  INPUT,
  NEVER_MS,
  recount,
  save,
  savedOffsets,
  SNAPSHOTS,
  startFolding,
  tally,
  topicIdOf,
  write,
} from './testing/folding.ts';
import type { Folding } from './testing/folding.ts';
import { StateMismatchError } from './state-mismatch.ts';

/** The longest that a topic which was created anew goes unnoticed. */
const NOTICED_MS = 10_000;

describe('A state that does not belong to the log', () => {
  let cluster: SimulatedCluster;

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 11 });
    cluster.createTopic(INPUT, 2);
    cluster.createTopic(SNAPSHOTS, 2, { isCompacted: true });
  });

  async function recreate(partitions = 2): Promise<void> {
    cluster.deleteTopic(INPUT);
    await cluster.run(cluster.now() + 20);
    cluster.createTopic(INPUT, partitions);
    await cluster.run(cluster.now() + 20);
  }

  /** Counts values of partition 0, and has them saved. */
  async function counted(...values: string[]): Promise<Folding> {
    const folding = startFolding(cluster, 'before');
    for (const value of values) write(cluster, 0, value);
    await until(cluster, () => savedOffsets(cluster, 0).at(-1) === values.length);
    return folding;
  }

  async function stopped(folding: Folding): Promise<void> {
    void folding.engine.stop();
    await until(cluster, () => folding.engine.member.state === 'left');
  }

  const ended =
    ({ failures }: Folding) =>
    (): boolean =>
      failures.length > 0;

  it('ends a process whose topic is created anew under it, soon, and counts nothing of the new one', async () => {
    const one = await counted('old', 'old');
    await recreate();
    write(cluster, 0, 'new');
    write(cluster, 1, 'new');
    expect(await until(cluster, ended(one))).toBeLessThan(NOTICED_MS);
    expect(one.failures[0]).toBeInstanceOf(StateMismatchError);
    expect(one.failures[0]).toMatchObject({ kind: 'created-anew', partition: expect.any(Number) });
    expect(tally(one)).toEqual(new Map([['old', 2]]));
  });

  it('that holds nothing yet begins anew with the new topic', async () => {
    const one = startFolding(cluster, 'before');
    await until(cluster, () => savedOffsets(cluster, 0).length > 0);
    await recreate();
    write(cluster, 0, 'new');
    await until(cluster, () => savedOffsets(cluster, 0).at(-1) === 1);
    expect(one.failures).toEqual([]);
    await stopped(one);
    const next = startFolding(cluster, 'after');
    await until(cluster, haveAll(cluster, next));
    expect(tally(next)).toEqual(recount(cluster));
  });

  it.each([1, 2, 3, 4])(
    'begins with the newest topic, whichever a broker knows of: %i',
    async (seed) => {
      cluster = new SimulatedCluster({ seed, delays: { metadataMs: 3_000 } });
      cluster.createTopic(INPUT, 1);
      cluster.createTopic(SNAPSHOTS, 1, { isCompacted: true });
      await cluster.run(5_000);
      cluster.deleteTopic(INPUT);
      cluster.createTopic(INPUT, 1);
      write(cluster, 0, 'new');
      const one = startFolding(cluster, 'a');
      await until(cluster, () => savedOffsets(cluster, 0).includes(1));
      expect([tally(one), one.failures]).toEqual([recount(cluster), []]);
    },
  );

  it('ends a process that has no partition of it, as soon as it gets one', async () => {
    const one = await counted('old');
    const standby = startFolding(cluster, 'standby', { snapshotIntervalMs: NEVER_MS });
    await until(cluster, () => standby.states.owned.size === 1);
    await recreate(1);
    await until(cluster, () => ended(one)() || ended(standby)());
    one.process.kill();
    await until(cluster, ended(standby));
    expect(standby.failures[0]).toMatchObject({ kind: 'created-anew' });
  });

  it('ends the start after the topic was created anew and outgrew the snapshot', async () => {
    await stopped(await counted('old', 'old'));
    await recreate();
    write(cluster, 0, 'new', 'new', 'new');
    const next = startFolding(cluster, 'after');
    await until(cluster, ended(next));
    expect(next.failures[0]).toMatchObject({
      ...{ kind: 'created-anew', partition: 0, nextOffset: 2n, end: 3n },
    });
    expect(next.states.owned.size).toBe(0);
  });

  it('ends the start although the owned partition itself has no snapshot', async () => {
    await stopped(await counted('old'));
    await recreate(1);
    const { topicId } = cluster.partition(INPUT, 0);
    const other = '0'.repeat(31) + '9';
    cluster.deleteTopic(SNAPSHOTS);
    await cluster.run(cluster.now() + 20);
    cluster.createTopic(SNAPSHOTS, 2, { isCompacted: true });
    await cluster.run(cluster.now() + 20);
    const value = encodeCounts(new Map());
    save(cluster, 7, { value, nextOffset: 5n, topicId: other });
    const next = startFolding(cluster, 'after');
    await until(cluster, ended(next));
    expect(topicId).not.toBe(other);
    expect(next.failures[0]).toMatchObject({ partition: 7, nextOffset: 5n, end: 0n });
  });

  it('ends a process whose log is truncated under it, with both offsets', async () => {
    const one = await counted('a', 'b', 'c');
    cluster.truncate(INPUT, 0, 1);
    await until(cluster, ended(one));
    expect(one.failures[0]).toMatchObject({
      ...{ kind: 'truncated', partition: 0, nextOffset: 3n, end: 1n },
    });
  });

  it('ends the start after a log was truncated, also when it has grown since', async () => {
    await stopped(await counted('a', 'b', 'c'));
    cluster.truncate(INPUT, 0, 1);
    write(cluster, 0, 'd', 'e', 'f', 'g');
    const next = startFolding(cluster, 'after');
    await until(cluster, ended(next));
    expect(next.failures[0]).toMatchObject({ kind: 'truncated', nextOffset: 3n, end: 1n });
    expect(savedOffsets(cluster, 0).at(-1)).toBe(3);
  });

  it('of an earlier release ends the start where it cannot be, and else gets the id of its topic', async () => {
    write(cluster, 0, 'a', 'b');
    const value = encodeCounts(new Map([['a', 1]]));
    save(cluster, 0, { value, nextOffset: 1n, topicId: undefined });
    const one = startFolding(cluster, 'a');
    await until(cluster, haveAll(cluster, one));
    expect(tally(one)).toEqual(recount(cluster));
    await until(cluster, () => savedOffsets(cluster, 0).at(-1) === 2);
    const [record] = cluster.read(SNAPSHOTS).flatMap(({ committed }) => committed.slice(-1));
    expect(Array.from(record?.headers ?? [], String)).toContain(`topic-id,${topicIdOf(cluster)}`);
    await stopped(one);

    save(cluster, 0, { value, nextOffset: 9n, topicId: undefined });
    const next = startFolding(cluster, 'b');
    await until(cluster, ended(next));
    expect(next.failures[0]).toMatchObject({ kind: 'impossible', nextOffset: 9n, end: 2n });
  });

  it('of a topic that is gone is not shown beside those of the new one', async () => {
    const one = await counted('new');
    const value = encodeCounts(new Map([['old', 7]]));
    const old = '0'.repeat(31) + '9';
    save(cluster, 7, { value, nextOffset: 8n, topicId: old });
    save(cluster, 8, { value, nextOffset: 8n, topicId: topicIdOf(cluster) });
    await until(cluster, () => one.states.followed.has(8));
    await cluster.run(cluster.now() + 1_000);
    expect([...one.states.followed.keys()]).toEqual([8]);
  });
});
