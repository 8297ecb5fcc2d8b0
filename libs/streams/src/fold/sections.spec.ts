import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestOf } from '../protocol/apis.ts';
import { headRecord, partitionKey, sectionRecord } from '../snapshots/section-records.ts';
import type { SnapshotPart } from '../snapshots/section-records.ts';
import { encodeCounts } from '../testing/counting-states.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { until } from '../transform/testing/service.ts';
import { keyPartition } from '../writing/key-partition.ts';
import {
  haveAll,
  save,
  INPUT,
  NEVER_MS,
  recount,
  savedParts,
  SNAPSHOTS,
  startFolding,
  tally,
  topicIdOf,
  write,
} from './testing/folding.ts';
import { KeptSections } from './testing/kept-sections.ts';

describe('The sections of a state', () => {
  let cluster: SimulatedCluster;
  let kept: KeptSections;

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 47 });
    kept = new KeptSections(cluster);
    cluster.createTopic(INPUT, 1);
    cluster.createTopic(SNAPSHOTS, 1, { isCompacted: true });
  });

  const told = (part: SnapshotPart): string => {
    if (part.kind === 'section') return `${part.section} ${part.nextOffset}`;
    return part.kind === 'erased' ? `erased ${part.section}` : `${part.kind} ${part.nextOffset}`;
  };

  it('are written when they have changed, in one batch with what lists them all', async () => {
    startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    await kept.saved(1);
    write(cluster, 0, 'b', 'b', 'b', 'b', 'b', 'b');
    await kept.saved(7);
    const { batches } = cluster.partition(SNAPSHOTS, 0).log;
    const parts = savedParts(cluster, 0).map(told);
    const last = batches.at(-1)?.count ?? 0;
    expect(parts.slice(-last)).toEqual(['counts-2 7', 'chapter-1 7', 'head 7', 'erased chapter-0']);
    expect([...(kept.heads.at(-1)?.sections ?? [])]).toEqual([
      ['counts-0', expect.any(BigInt)],
      ['counts-1', 1n],
      ['counts-2', 7n],
      ['counts-3', expect.any(BigInt)],
      ['chapter-1', 7n],
    ]);
    expect(new Set(kept.heads.map(({ set }) => set)).size).toBe(1);
  });

  it.each([
    ['answer', 'lose-answer'],
    ['request', 'lose-request'],
    ['request, which comes late,', { delay: 20_000 }],
  ] as const)('begin anew when an %s is lost: nothing follows it', async (_, fate) => {
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    const first = await kept.saved(1);
    let isSent = false;
    cluster.network.fault = (_process, _broker, api) => {
      if (api !== 'Produce' || isSent) return undefined;
      isSent = true;
      return fate;
    };
    write(cluster, 0, 'b');
    await until(cluster, () => isSent);
    write(cluster, 0, 'c');
    await kept.saved(3, 60_000);
    expect(kept.setOf(3)).not.toBe(first);
    await until(cluster, () => kept.erased(first).includes(''));
    await cluster.run(cluster.now() + 30_000);
    // What came late, too, is erased.
    const left = savedParts(cluster, 0).filter((part) => 'set' in part && part.set === first);
    expect(left.findLast(({ kind }) => kind !== 'erased')).toMatchObject({
      nextOffset: fate === 'lose-request' ? 1n : 2n,
    });
    expect(left.at(-1)?.kind).toBe('erased');
    cluster.compact(SNAPSHOTS, 0, 1);
    await kept.restores(one);
  });

  it('begin anew after a leader says that it is none, since it may have appended them', async () => {
    startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    const first = await kept.saved(1);
    let isMoved = false;
    cluster.network.fault = (_process, _broker, api) => {
      if (api === 'Produce' && !isMoved) cluster.moveLeader(SNAPSHOTS, 0);
      isMoved ||= api === 'Produce';
      return undefined;
    };
    write(cluster, 0, 'b');
    await kept.saved(2);
    expect(kept.setOf(2)).not.toBe(first);
  });

  it('go on where they surely were not written', async () => {
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    await kept.saved(1);
    cluster.holdLeaderless(SNAPSHOTS, 0, true);
    await cluster.run(cluster.now() + 10_000);
    write(cluster, 0, 'b');
    await until(cluster, () => one.events.some(({ kind }) => kind === 'unsaved'));
    cluster.holdLeaderless(SNAPSHOTS, 0, false);
    await kept.saved(2);
    expect(new Set(kept.heads.map(({ set }) => set)).size).toBe(1);
  });

  it('that do not fit into one batch are written in several, and count from what lists them on', async () => {
    const maxMessageBytes = 1_000;
    const options = { snapshots: { topic: SNAPSHOTS, maxMessageBytes }, maxSnapshotBytes: 700 };
    cluster.deleteTopic(SNAPSHOTS);
    await cluster.run(50);
    cluster.createTopic(SNAPSHOTS, 1, { isCompacted: true, maxMessageBytes });
    const long = 'x'.repeat(400);
    const one = startFolding(cluster, 'a', { ...options, snapshotIntervalMs: NEVER_MS });
    write(cluster, 0, `${long}a`, `${long}b`, `${long}c`);
    await until(cluster, haveAll(cluster, one));
    await kept.stopped(one);
    const parts = savedParts(cluster, 0).map(({ kind }) => kind);
    expect(parts).toEqual(['section', 'section', 'section', 'section', 'section', 'head']);
    expect(cluster.partition(SNAPSHOTS, 0).log.batches.length).toBeGreaterThan(2);
    await kept.restores();
  });

  it('go where the topic of snapshots has more partitions, all of them', async () => {
    cluster.deleteTopic(SNAPSHOTS);
    await cluster.run(50);
    cluster.createTopic(SNAPSHOTS, 1, { isCompacted: true });
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    const first = await kept.saved(1);
    const more = [2, 3, 4, 5].find((count) => keyPartition(partitionKey(INPUT, 0), count) > 0) ?? 2;
    cluster.growTopic(SNAPSHOTS, more);
    await cluster.run(cluster.now() + 10_000);
    write(cluster, 0, 'b');
    await kept.saved(2);
    expect(kept.setOf(2)).not.toBe(first);
    await until(cluster, () => kept.erased(first).length === 6);
    await kept.restores(one);
  });

  describe('that are left of a state', () => {
    const set = 'abcdefghijkl';

    beforeEach(() => {
      write(cluster, 0, 'a', 'b');
      const of = { input: INPUT, partition: 0, set };
      const sections = new Map([
        ['counts-1', 1n],
        ['counts-2', 2n],
      ]);
      const value = encodeCounts(new Map([['b', 1]]));
      const log = { topicId: topicIdOf(cluster), leaderEpoch: 0, changesTopicId: undefined };
      cluster.append(SNAPSHOTS, 0, [
        sectionRecord(of, 'counts-2', { value, nextOffset: 2n }, 1),
        headRecord(of, { ...log, nextOffset: 2n, sections }, 1),
      ]);
    });

    it('are restored where no whole one is, with the names of what is lost, and kept at once', async () => {
      const one = startFolding(cluster, 'a');
      await until(cluster, haveAll(cluster, one));
      expect(one.states.missing).toEqual(new Map([[0, ['counts-1']]]));
      expect(tally(one)).toEqual(new Map([['b', 1]]));
      // The others are shown what there is.
      await until(cluster, () => kept.setOf(2) !== set);
    });

    it('are not, where the log still has what an older whole one lacks', async () => {
      save(cluster, 0, { value: encodeCounts(new Map([['a', 1]])), nextOffset: 1n });
      const one = startFolding(cluster, 'a');
      await until(cluster, haveAll(cluster, one));
      expect(one.states.restored).toEqual([{ partition: 0, from: 1n, start: 1n }]);
      expect(tally(one)).toEqual(recount(cluster));
    });

    it('are, where the log has lost that', async () => {
      save(cluster, 0, { value: encodeCounts(new Map()), nextOffset: 0n });
      cluster.deleteRecords(INPUT, 0, 1);
      const one = startFolding(cluster, 'a');
      await until(cluster, haveAll(cluster, one));
      expect(one.states.restored).toEqual([{ partition: 0, from: 2n, start: 2n }]);
      expect(one.states.missing.get(0)).toEqual(['counts-1']);
    });
  });

  it('are read on while their owner goes on, and compaction behind it', async () => {
    const of = { input: INPUT, partition: 0, set: 'abcdefghijkl' };
    const log = { topicId: topicIdOf(cluster), leaderEpoch: 0, changesTopicId: undefined };
    const counts = (value: string): Buffer => encodeCounts(new Map([[value, 1]]));
    const [a, b, c] = [1n, 2n, 3n];
    write(cluster, 0, 'a', 'b', 'c');
    const head = (...sections: (readonly [string, bigint])[]) => {
      const nextOffset = sections.reduce((most, [, at]) => (at > most ? at : most), 0n);
      return headRecord(of, { ...log, nextOffset, sections: new Map(sections) }, 1);
    };
    const chapter = (nextOffset: bigint) =>
      sectionRecord(of, 'chapter-0', { value: Buffer.from(String(nextOffset)), nextOffset }, 1);
    cluster.append(SNAPSHOTS, 0, [
      sectionRecord(of, 'counts-1', { value: counts('a'), nextOffset: a }, 1),
      head(['counts-1', a], ['chapter-0', a]),
      // What else came with it is compacted.
      sectionRecord(of, 'counts-2', { value: counts('b'), nextOffset: b }, 1),
    ]);
    let asked = 0;
    cluster.network.fault = (_process, _broker, api, request) => {
      if (api !== 'ListOffsets') return undefined;
      const { partitions } = request as RequestOf<'ListOffsets'>;
      if (partitions[0]?.topic !== SNAPSHOTS) return undefined;
      if (one.engine.member.state !== 'member') return undefined;
      asked += 1;
      // It has read what was there when it got the partition.
      if (asked !== 2) return undefined;
      cluster.append(SNAPSHOTS, 0, [
        sectionRecord(of, 'counts-3', { value: counts('c'), nextOffset: c }, 1),
        chapter(c),
        head(['counts-1', a], ['counts-2', b], ['counts-3', c], ['chapter-0', c]),
      ]);
      return undefined;
    };
    const one = startFolding(cluster, 'a');
    await until(cluster, haveAll(cluster, one));
    expect(one.states.restored).toEqual([{ partition: 0, from: 3n, start: 3n }]);
    expect(tally(one)).toEqual(recount(cluster));
  });
});
