import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestOf } from '../protocol/apis.ts';
import { CountingStates } from '../testing/counting-states.ts';
import { SimulatedCluster, SimulatedOutgoing } from '../testing/simulation/index.ts';
import { until } from '../transform/testing/service.ts';
import {
  GROUP,
  haveAll,
  INPUT,
  NEVER_MS,
  recount,
  savedOffsets,
  SNAPSHOTS,
  startFolding,
  tally,
  topicIdOf,
  write,
} from './testing/folding.ts';

/** From a kill on: the session of the member, and a restore. */
const TAKEOVER_MS = 9_000;

describe('The fold engine', () => {
  let cluster: SimulatedCluster;

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 3 });
    cluster.createTopic(INPUT, 2);
    cluster.createTopic(SNAPSHOTS, 2, { isCompacted: true });
  });

  it('folds all records, keeps their states with the id of their topic, and commits where it is', async () => {
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'x', 'y');
    write(cluster, 1, 'x');
    await until(cluster, haveAll(cluster, one));
    const isCommitted = (): boolean =>
      cluster.committed(GROUP).every(({ offset }) => offset > 0n) &&
      cluster.committed(GROUP).length === 2;
    await until(cluster, isCommitted);
    expect(tally(one)).toEqual(
      new Map([
        ['x', 2],
        ['y', 1],
      ]),
    );
    const records = cluster.read(SNAPSHOTS).flatMap(({ committed }) => committed);
    const last = records.findLast(({ key }) => /^processed-0\/[\w-]{12}\/$/.test(String(key)));
    expect(Array.from(last?.headers ?? [], String)).toEqual([
      'next-offset,2',
      `topic-id,${topicIdOf(cluster)}`,
      'leader-epoch,0',
    ]);
    expect(cluster.committed(GROUP)).toContainEqual(
      expect.objectContaining({ partition: 0, offset: 2n, metadata: `snapshots=${SNAPSHOTS}` }),
    );
    await until(cluster, () => one.states.ends.get(0) === 2n);
    expect(one.failures).toEqual([]);
  });

  it('goes on from the newest snapshot, and counts nothing twice', async () => {
    const first = startFolding(cluster, 'a', { snapshotIntervalMs: NEVER_MS });
    write(cluster, 0, 'before');
    await until(cluster, haveAll(cluster, first));
    void first.engine.stop();
    await until(cluster, () => first.engine.member.state === 'left');
    write(cluster, 0, 'after');
    const second = startFolding(cluster, 'b');
    await until(cluster, haveAll(cluster, second));
    expect(second.states.restored).toContainEqual({ partition: 0, from: 1n, start: 1n });
    expect(tally(second)).toEqual(recount(cluster));
  });

  it('takes over from a process that was killed, within its session and a little', async () => {
    const [one, other] = [startFolding(cluster, 'a'), startFolding(cluster, 'b')];
    await until(cluster, () => one.states.owned.size === 1 && other.states.owned.size === 1);
    for (let count = 0; count < 50; count += 1) write(cluster, count % 2, `value ${count % 7}`);
    await cluster.run(cluster.now() + 30);
    one.process.kill();
    for (let count = 0; count < 50; count += 1) write(cluster, count % 2, `value ${count % 7}`);
    expect(await until(cluster, haveAll(cluster, other))).toBeLessThan(TAKEOVER_MS);
    expect(tally(other)).toEqual(recount(cluster));
  });

  it('restores what was added, and not what stays, while members come and go', async () => {
    const staying = startFolding(cluster, 'a');
    await until(cluster, haveAll(cluster, staying));
    const coming = startFolding(cluster, 'b');
    await until(cluster, () => coming.states.owned.size === 1);
    const [moved = -1] = coming.states.owned.keys();
    void coming.engine.stop();
    await until(cluster, () => staying.states.owned.size === 2);
    const restored = staying.states.restored.map(({ partition }) => partition);
    expect(restored.sort()).toEqual([0, 1, moved].sort());
  });

  it('saves a partition before it is given up, so that its next owner folds nothing again', async () => {
    const one = startFolding(cluster, 'a', { snapshotIntervalMs: NEVER_MS });
    for (const partition of [0, 1]) write(cluster, partition, 'x', 'y');
    await until(cluster, haveAll(cluster, one));
    expect(savedOffsets(cluster, 0)).toEqual([]);
    const other = startFolding(cluster, 'b', { snapshotIntervalMs: NEVER_MS });
    await until(cluster, () => other.states.owned.size === 1);
    const [moved = -1] = other.states.owned.keys();
    expect(savedOffsets(cluster, moved)).toEqual([2]);
    expect(other.states.restored).toEqual([{ partition: moved, from: 2n, start: 2n }]);
    expect(tally(one, other)).toEqual(recount(cluster));
  });

  it('gives a partition up without a snapshot where none can be written, and the next owner folds again', async () => {
    const one = startFolding(cluster, 'a', { snapshotIntervalMs: NEVER_MS });
    for (const partition of [0, 1]) write(cluster, partition, 'x', 'y');
    await until(cluster, haveAll(cluster, one));
    cluster.network.fault = (process, _broker, api) =>
      process === one.process && api === 'Produce' ? 'lose-request' : undefined;
    const other = startFolding(cluster, 'b', { snapshotIntervalMs: NEVER_MS });
    await until(cluster, () => other.states.owned.size === 1);
    await until(cluster, haveAll(cluster, one, other));
    expect(savedOffsets(cluster, [...other.states.owned.keys()][0] ?? -1)).toEqual([]);
    expect(tally(one, other)).toEqual(recount(cluster));
  });

  it('restores what the last owner saved while it gave the partition up', async () => {
    const one = startFolding(cluster, 'a', { snapshotIntervalMs: NEVER_MS });
    await until(cluster, haveAll(cluster, one));
    const other = startFolding(cluster, 'b', { snapshotIntervalMs: NEVER_MS });
    await until(cluster, () => other.states.owned.size === 1);
    const [moved = -1] = other.states.owned.keys();
    write(cluster, moved, 'x', 'y');
    await until(cluster, haveAll(cluster, one, other));
    const { topicId } = cluster.partition(SNAPSHOTS, 0);
    cluster.network.fault = (process, _broker, api, request) => {
      if (process !== one.process || api !== 'Fetch') return undefined;
      const { partitions } = request as RequestOf<'Fetch'>;
      return partitions[0]?.topicId === topicId ? 'lose-request' : undefined;
    };
    // What was asked before is answered.
    await cluster.run(cluster.now() + 1_000);
    void other.engine.stop();
    await until(cluster, () => one.engine.restoring.length > 0);
    await cluster.run(cluster.now() + 2_000);
    cluster.network.fault = undefined;
    await until(cluster, haveAll(cluster, one));
    expect(one.states.restored.at(-1)).toEqual({ partition: moved, from: 2n, start: 2n });
  });

  it('starts where its state stands, although the group has committed a later offset', async () => {
    write(cluster, 0, 'a', 'b', 'c');
    const later = { topic: INPUT, partition: 0, offset: 2n, leaderEpoch: -1, metadata: '' };
    cluster.offsets.store(GROUP, [later], 0);
    const one = startFolding(cluster, 'a');
    await until(cluster, haveAll(cluster, one));
    expect(tally(one)).toEqual(recount(cluster));
  });

  it('lets the late snapshot of a process that was frozen lose', async () => {
    const frozen = startFolding(cluster, 'a');
    write(cluster, 0, 'x');
    await until(cluster, () => savedOffsets(cluster, 0).at(-1) === 1);
    let isSent = false;
    cluster.network.fault = (process, _broker, api) => {
      if (process !== frozen.process || api !== 'Produce') return undefined;
      isSent = true;
      return { delay: 15_000 };
    };
    write(cluster, 0, 'y');
    await until(cluster, () => isSent);
    frozen.process.freeze();
    const other = startFolding(cluster, 'b');
    write(cluster, 0, 'z', 'z');
    await until(cluster, haveAll(cluster, other));
    await until(cluster, () => savedOffsets(cluster, 0).at(-1) === 4);
    await until(cluster, () => savedOffsets(cluster, 0).at(-1) === 2);
    frozen.process.thaw();
    await until(cluster, haveAll(cluster, frozen, other));
    expect(tally(frozen, other)).toEqual(recount(cluster));
    other.process.kill();
    frozen.process.kill();
    const last = startFolding(cluster, 'c');
    await until(cluster, haveAll(cluster, last));
    expect(last.states.restored).toContainEqual({ partition: 0, from: 4n, start: 4n });
    expect(tally(last)).toEqual(recount(cluster));
  });

  it('reads partitions that its topic gets within 30 s', async () => {
    const one = startFolding(cluster, 'a');
    await until(cluster, haveAll(cluster, one));
    cluster.growTopic(INPUT, 3);
    await cluster.run(cluster.now() + 50);
    write(cluster, 2, 'new');
    await until(cluster, haveAll(cluster, one));
    await until(cluster, () => one.states.ends.get(2) === 1n);
    expect(tally(one)).toEqual(recount(cluster));
  });

  it('goes on at the earliest record where retention was faster, and tells the loss', async () => {
    const before = startFolding(cluster, 'a');
    write(cluster, 0, 'one');
    await until(cluster, haveAll(cluster, before));
    void before.engine.stop();
    await until(cluster, () => before.engine.member.state === 'left');
    write(cluster, 0, 'two', 'three');
    cluster.deleteRecords(INPUT, 0, 3);
    const one = startFolding(cluster, 'b');
    await until(cluster, haveAll(cluster, one));
    expect(one.events).toContainEqual({
      kind: 'placed',
      partition: 0,
      resume: { kind: 'expired', offset: 3n, lost: 2n },
      from: 1n,
    });
    await until(cluster, () => savedOffsets(cluster, 0).at(-1) === 3);
    expect(tally(one)).toEqual(new Map([['one', 1]]));
  });

  it('tells what retention deletes before it is folded', async () => {
    const one = startFolding(cluster, 'a');
    await until(cluster, haveAll(cluster, one));
    cluster.network.fault = (process, _broker, api) =>
      process === one.process && api === 'Fetch' ? 'lose-request' : undefined;
    await cluster.run(cluster.now() + 1_000);
    write(cluster, 0, 'one', 'two');
    cluster.deleteRecords(INPUT, 0, 2);
    cluster.network.fault = undefined;
    await until(cluster, haveAll(cluster, one));
    write(cluster, 0, 'three');
    await until(cluster, haveAll(cluster, one));
    expect(one.events).toContainEqual({
      kind: 'placed',
      partition: 0,
      resume: { kind: 'expired', offset: 2n, lost: 2n },
      from: 0n,
    });
    expect(tally(one)).toEqual(new Map([['three', 1]]));
  });

  it('passes what is no record for a reader, and keeps that it did', async () => {
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'one');
    const partition = cluster.partition(INPUT, 0);
    const producer = { producerId: 77, epoch: 0, baseSequence: 0, isTransactional: true };
    const aborted = new SimulatedOutgoing([{ key: null, value: null, timestamp: 1 }]);
    const claimed = { ...producer, count: 1, isFromClient: true };
    const guard = partition.log.producers.startVerification(claimed, false);
    expect(partition.log.append(claimed, aborted, guard).error).toBe('NONE');
    const marker = { ...producer, coordinatorEpoch: 0, bumpsEpoch: false, isCommit: false };
    expect(partition.log.appendMarker({ ...marker, timestamp: 1 }).error).toBe('NONE');
    partition.changed();
    await until(cluster, () => savedOffsets(cluster, 0).at(-1) === 3);
    expect(tally(one)).toEqual(new Map([['one', 1]]));
  });

  it('follows the partitions of other members', async () => {
    const [one, other] = [startFolding(cluster, 'a'), startFolding(cluster, 'b')];
    await until(cluster, () => one.states.owned.size === 1 && other.states.owned.size === 1);
    for (const partition of [0, 1]) write(cluster, partition, 'x');
    const knowsAll = ({ states }: typeof one): boolean =>
      [0, 1].every((partition) => {
        const known = states.owned.get(partition) ?? states.followed.get(partition);
        return known?.nextOffset === 1n;
      });
    await until(cluster, () => knowsAll(one) && knowsAll(other));
    expect([one.failures, other.failures]).toEqual([[], []]);
  });

  it('folds nothing of a partition that came back while a batch of it was still under way', async () => {
    const releases: (() => void)[] = [];
    const states = new CountingStates();
    const slow = startFolding(cluster, 'a', {
      states,
      handle: async (batch) => {
        await new Promise<void>((resolve) => releases.push(resolve));
        states.fold(batch);
      },
    });
    await until(cluster, () => slow.engine.restoring.length === 0 && states.owned.size === 2);
    write(cluster, 0, 'slow');
    await until(cluster, () => releases.length === 1);
    slow.process.freeze();
    await cluster.run(cluster.now() + TAKEOVER_MS);
    slow.process.thaw();
    await until(cluster, () => slow.events.some(({ kind }) => kind === 'lost'));
    await cluster.run(cluster.now() + 5_000);
    for (const release of releases.splice(0)) release();
    await until(cluster, () => releases.length === 1);
    for (const release of releases.splice(0)) release();
    await until(cluster, () => states.owned.get(0)?.nextOffset === 1n);
    expect(states.owned.get(0)?.counts).toEqual(new Map([['slow', 1]]));
  });
});
