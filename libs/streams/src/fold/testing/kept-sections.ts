import { expect } from '@jest/globals';
import type { SnapshotPart } from '../../snapshots/section-records.ts';
import type { SimulatedCluster } from '../../testing/simulation/index.ts';
import { until } from '../../transform/testing/service.ts';
import { haveAll, recount, savedOffsets, savedParts, startFolding, tally } from './folding.ts';
import type { Folding } from './folding.ts';

type Head = Extract<SnapshotPart, { readonly kind: 'head' }>;

/** What is kept of partition 0. */
export class KeptSections {
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  /** In the order of the log. */
  get heads(): readonly Head[] {
    return savedParts(this.#cluster, 0).flatMap((part) => (part.kind === 'head' ? [part] : []));
  }

  /** @returns the set that was last at a next offset */
  setOf(nextOffset: number): string | undefined {
    return this.heads.findLast((head) => head.nextOffset === BigInt(nextOffset))?.set;
  }

  /** @returns the sections of a set that were erased; the head has no name */
  erased(set: string | undefined): string[] {
    return savedParts(this.#cluster, 0).flatMap((part) =>
      part.kind === 'erased' && part.set === set ? [part.section] : [],
    );
  }

  /** Waits for a snapshot. @returns its set */
  async saved(nextOffset: number, withinMs?: number): Promise<string | undefined> {
    const isSaved = (): boolean => savedOffsets(this.#cluster, 0).includes(nextOffset);
    await until(this.#cluster, isSaved, withinMs);
    return this.setOf(nextOffset);
  }

  async stopped({ engine }: Folding): Promise<void> {
    void engine.stop();
    await until(this.#cluster, () => engine.member.state === 'left');
  }

  /** Kills processes, leaves of the topic what compaction does, and has another process count on from there. */
  async restores(...before: readonly Folding[]): Promise<void> {
    for (const { process } of before) process.kill();
    const next = startFolding(this.#cluster, 'next');
    await until(this.#cluster, haveAll(this.#cluster, next));
    expect(tally(next)).toEqual(recount(this.#cluster));
    expect(next.failures).toEqual([]);
  }
}
