import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestOf } from '../protocol/apis.ts';
import { eraseRecord } from '../snapshots/section-records.ts';
import { encodeCounts } from '../testing/counting-states.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { until } from '../transform/testing/service.ts';
import {
  haveAll,
  INPUT,
  save,
  savedParts,
  SNAPSHOTS,
  startFolding,
  topicIdOf,
  write,
} from './testing/folding.ts';
import { KeptSections } from './testing/kept-sections.ts';

describe('Outdated sections', () => {
  let cluster: SimulatedCluster;
  let kept: KeptSections;

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 47 });
    kept = new KeptSections(cluster);
    cluster.createTopic(INPUT, 1);
    cluster.createTopic(SNAPSHOTS, 1, { isCompacted: true });
  });

  it('are erased when the state is there anew, but not that of an earlier release', async () => {
    save(cluster, 0, {
      value: encodeCounts(new Map()),
      nextOffset: 0n,
      topicId: topicIdOf(cluster),
    });
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    const first = await kept.saved(1);
    await kept.stopped(one);
    const next = startFolding(cluster, 'b');
    await until(cluster, haveAll(cluster, next));
    await cluster.run(cluster.now() + 5_000);
    // Nothing is there anew.
    expect(kept.erased(first)).toEqual([]);
    write(cluster, 0, 'b');
    await kept.saved(2);
    await until(cluster, () => kept.erased(first).includes(''));
    const parts = savedParts(cluster, 0);
    const erasedAt = parts.findIndex(({ kind }) => kind === 'erased');
    expect(parts.findIndex((part) => 'set' in part && part.set === kept.setOf(2))).toBeLessThan(
      erasedAt,
    );
    expect(parts[erasedAt]).toMatchObject({ set: first, section: '' });
    await cluster.run(cluster.now() + 5_000);
    expect(kept.erased(first).toSorted()).toEqual([
      '',
      'chapter-0',
      'counts-0',
      'counts-1',
      'counts-2',
      'counts-3',
    ]);
    cluster.compact(SNAPSHOTS, 0, 1);
    expect(savedParts(cluster, 0).map(({ kind }) => kind)).toContain('whole');
    await kept.restores(next);
  });

  it('are also those of a first write whose end is not known', async () => {
    let lost = 0;
    cluster.network.fault = (_process, _broker, api) => {
      if (api !== 'Produce' || lost > 0) return undefined;
      lost += 1;
      return 'lose-answer';
    };
    startFolding(cluster, 'a');
    await until(cluster, () => kept.heads.length === 2);
    const [lostSet, second] = kept.heads.map(({ set }) => set);
    expect(second).not.toBe(lostSet);
    await until(cluster, () => kept.erased(lostSet).length === 6);
    expect(kept.erased(second)).toEqual([]);
  });

  it('are erased once, although the topic cannot be read on', async () => {
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    const first = await kept.saved(1);
    await kept.stopped(one);
    const next = startFolding(cluster, 'b');
    await until(cluster, haveAll(cluster, next));
    const { topicId } = cluster.partition(SNAPSHOTS, 0);
    cluster.network.fault = (_process, _broker, api, request) => {
      if (api !== 'Fetch') return undefined;
      const { partitions } = request as RequestOf<'Fetch'>;
      return partitions[0]?.topicId === topicId ? 'lose-request' : undefined;
    };
    await cluster.run(cluster.now() + 1_000);
    write(cluster, 0, 'b');
    await until(cluster, () => kept.erased(first).includes(''));
    await cluster.run(cluster.now() + 10_000);
    expect(kept.erased(first)).toHaveLength(6);
  });

  it('are not those of a successor, to a process that was frozen', async () => {
    const frozen = startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    const first = await kept.saved(1);
    frozen.process.freeze();
    const other = startFolding(cluster, 'b');
    await until(cluster, haveAll(cluster, other));
    write(cluster, 0, 'b');
    const second = await kept.saved(2);
    await until(cluster, () => kept.erased(first).includes(''));
    frozen.process.thaw();
    await until(cluster, haveAll(cluster, frozen, other));
    write(cluster, 0, 'c');
    await kept.saved(3);
    await cluster.run(cluster.now() + 10_000);
    expect(kept.erased(second)).toEqual([]);
    cluster.compact(SNAPSHOTS, 0, 1);
    await kept.restores(frozen, other);
  });

  it('are written anew, all of them, where they were none: a process that came back erased them', async () => {
    const one = startFolding(cluster, 'a');
    write(cluster, 0, 'a');
    await kept.saved(1);
    const set = kept.setOf(1) ?? '';
    const of = { input: INPUT, partition: 0, set };
    cluster.append(SNAPSHOTS, 0, [eraseRecord(of, '', 1), eraseRecord(of, 'counts-1', 1)]);
    await until(cluster, () => kept.setOf(1) !== set);
    expect(kept.heads.at(-1)?.sections.size).toBe(5);
    cluster.compact(SNAPSHOTS, 0, 1);
    await kept.restores(one);
  });
});
