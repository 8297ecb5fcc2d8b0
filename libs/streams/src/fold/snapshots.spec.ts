import { beforeEach, describe, expect, it } from '@jest/globals';
import { SnapshotTooLargeError } from '../snapshots/section-plan.ts';
import type { Snapshot } from '../snapshots/snapshot.ts';
import { CountingStates, encodeCounts, UnreadableSnapshot } from '../testing/counting-states.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { until } from '../transform/testing/service.ts';
import { keyPartition } from '../writing/key-partition.ts';
import {
  GROUP,
  haveAll,
  INPUT,
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

describe('The topic of snapshots', () => {
  let cluster: SimulatedCluster;

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 31 });
    cluster.createTopic(INPUT, 3);
    cluster.createTopic(SNAPSHOTS, 2, { isCompacted: true });
  });

  const failed =
    ({ failures }: Folding) =>
    (): boolean =>
      failures.length > 0;
  const snapshot = (nextOffset: bigint, value: Buffer) => ({
    ...{ value, nextOffset, topicId: topicIdOf(cluster) },
  });

  it('may have an older snapshot behind a newer one', async () => {
    write(cluster, 0, 'a', 'b', 'c');
    save(
      cluster,
      0,
      snapshot(
        2n,
        encodeCounts(
          new Map([
            ['a', 1],
            ['b', 1],
          ]),
        ),
      ),
    );
    save(cluster, 0, snapshot(1n, encodeCounts(new Map([['a', 1]]))));
    const one = startFolding(cluster, 'a');
    await until(cluster, haveAll(cluster, one));
    expect(one.states.restored).toContainEqual({ partition: 0, from: 2n, start: 2n });
    expect(tally(one)).toEqual(recount(cluster));
  });

  it('that is created anew gets all states again', async () => {
    const one = startFolding(cluster, 'a');
    for (const partition of [0, 1, 2]) write(cluster, partition, 'x');
    await until(cluster, () => [0, 1, 2].every((p) => savedOffsets(cluster, p).includes(1)));
    cluster.deleteTopic(SNAPSHOTS);
    write(cluster, 0, 'y');
    await until(cluster, () => one.events.some(({ kind }) => kind === 'unsaved'));
    cluster.createTopic(SNAPSHOTS, 1, { isCompacted: true });
    await until(cluster, () => [2, 1, 1].every((end, p) => savedOffsets(cluster, p).includes(end)));
    expect(one.events).toContainEqual({ kind: 'snapshots-gone', how: 'created-anew' });
    one.process.kill();
    const next = startFolding(cluster, 'b');
    await until(cluster, haveAll(cluster, next));
    expect(tally(next)).toEqual(recount(cluster));
  });

  it('that is truncated gets the states again that were in it', async () => {
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'x');
    await until(cluster, () => savedOffsets(cluster, 0).includes(1));
    const place = keyPartition(Buffer.from(`${INPUT}-0`), 2);
    cluster.truncate(SNAPSHOTS, place, 0);
    await until(cluster, () => savedOffsets(cluster, 0).includes(1));
    expect(one.events).toContainEqual({ kind: 'snapshots-gone', how: 'truncated' });
    expect(one.failures).toEqual([]);
  });

  it('is read on in the partitions that it gets', async () => {
    const [one, other] = [startFolding(cluster, 'a'), startFolding(cluster, 'b')];
    await until(cluster, () => one.states.owned.size > 0 && other.states.owned.size > 0);
    cluster.growTopic(SNAPSHOTS, 8);
    await cluster.run(cluster.now() + 6_000);
    for (const partition of [0, 1, 2]) write(cluster, partition, 'x');
    const follows = ({ states }: Folding): boolean =>
      [0, 1, 2].every((p) => (states.owned.get(p) ?? states.followed.get(p))?.nextOffset === 1n);
    await until(cluster, () => follows(one) && follows(other));
  });

  it('gets whole states few at a time, however many are taken over, and each once', async () => {
    const partitions = 40;
    cluster.createTopic('wide', partitions);
    let asked = 0;
    const atOnce: number[] = [];
    class Watched extends CountingStates {
      override snapshot(partition: number): Snapshot {
        asked += 1;
        return super.snapshot(partition);
      }
    }
    cluster.network.fault = (_process, _broker, api) => {
      if (api === 'Produce' && asked > 0) {
        atOnce.push(asked);
        asked = 0;
      }
      return undefined;
    };
    const states = new Watched();
    const options = { input: 'wide', states, snapshotIntervalMs: 10_000 };
    const { engine } = startFolding(cluster, 'a', options);
    await until(cluster, () => atOnce.length > 0);
    await cluster.run(cluster.now() + 5_000);
    expect(atOnce).toEqual([16, 16, 8]);
    expect(engine.restoring).toEqual([]);
  });

  it('with a partition without leader keeps the states of the others, and ends nothing', async () => {
    const one = startFolding(cluster, 'a', { stallTimeoutMs: 10_000 });
    await until(cluster, haveAll(cluster, one));
    const places = [0, 1, 2].map((p) => keyPartition(Buffer.from(`${INPUT}-${p}`), 2));
    const [held = 0] = places;
    const free = places.findIndex((place) => place !== held);
    cluster.holdLeaderless(SNAPSHOTS, held, true);
    for (const partition of [0, 1, 2]) write(cluster, partition, 'x');
    await until(cluster, () => savedOffsets(cluster, free).includes(1));
    await cluster.run(cluster.now() + 30_000);
    expect(savedOffsets(cluster, 0)).not.toContain(1);
    expect(one.failures).toEqual([]);
    cluster.holdLeaderless(SNAPSHOTS, held, false);
    await until(cluster, () => savedOffsets(cluster, 0).includes(1));
  });

  it('is waited for while it has no leader, and then restored from', async () => {
    write(cluster, 0, 'a', 'b');
    save(cluster, 0, snapshot(1n, encodeCounts(new Map([['a', 1]]))));
    const place = keyPartition(Buffer.from(`${INPUT}-0`), 2);
    cluster.holdLeaderless(SNAPSHOTS, place, true);
    const one = startFolding(cluster, 'a');
    await cluster.run(cluster.now() + 150_000);
    expect([one.states.owned.size, one.failures]).toEqual([0, []]);
    cluster.holdLeaderless(SNAPSHOTS, place, false);
    await until(cluster, haveAll(cluster, one));
    expect(tally(one)).toEqual(recount(cluster));
  });

  it('with a snapshot that the states cannot read ends the engine, with what they say', async () => {
    save(cluster, 0, snapshot(0n, Buffer.from('no counts')));
    const one = startFolding(cluster, 'a');
    await until(cluster, failed(one));
    expect(one.failures[0]).toBeInstanceOf(UnreadableSnapshot);
    expect(one.states.owned.size).toBe(0);
  });

  it('that takes no snapshot of the size ends the engine at once', async () => {
    const one = startFolding(cluster, 'a', { maxSnapshotBytes: 200 });
    write(cluster, 2, 'many'.repeat(60));
    await until(cluster, failed(one));
    expect(one.failures[0]).toBeInstanceOf(SnapshotTooLargeError);
    expect(String(one.failures[0])).toMatch(
      /Section "counts-\d" .* partition 2 has \d{3} bytes, and "insights" takes 200$/,
    );
  });

  it('names the offset that an operator set ahead, which is obeyed once', async () => {
    write(cluster, 0, 'a', 'skipped', 'c');
    save(cluster, 0, snapshot(1n, encodeCounts(new Map([['a', 1]]))));
    const metadata = `set-by-operator snapshots=${SNAPSHOTS}`;
    const set = { topic: INPUT, partition: 0, offset: 2n, leaderEpoch: -1, metadata };
    cluster.offsets.store(GROUP, [set], 0);
    const one = startFolding(cluster, 'a');
    await until(cluster, () => savedOffsets(cluster, 0).includes(3));
    expect(tally(one)).toEqual(
      new Map([
        ['a', 1],
        ['c', 1],
      ]),
    );
    expect(one.events).toContainEqual({
      ...{ kind: 'operator', partition: 0, verdict: 'obeyed', start: 1n, set: 2n, end: 3n },
    });
    await until(cluster, () => cluster.committed(GROUP).some(({ offset }) => offset === 3n));
  });
});
