import type { FoldStates } from '../fold/states.ts';
import type { ConsumedBatch } from '../records/record.ts';
import { WHOLE } from '../snapshots/snapshot.ts';
import type { FoundSnapshot, Section, Snapshot } from '../snapshots/snapshot.ts';

/** How often each value was folded. */
export type Tally = ReadonlyMap<string, number>;

interface CountedPartition {
  readonly counts: Map<string, number>;
  nextOffset: bigint;
}

/** A state that is owned: in some sections, so that most of it stays as it is while it is folded into. */
interface OwnedPartition extends CountedPartition {
  /** By shelf, how often its counts have changed. */
  readonly revisions: Map<number, number>;
}

/** A partition that was taken over: where its snapshot stood, and where it goes on. */
export interface Restored {
  readonly partition: number;
  readonly from: bigint | undefined;
  readonly start: bigint;
}

/** The bytes are not what {@link CountingStates} writes. */
export class UnreadableSnapshot extends Error {
  override readonly name = 'UnreadableSnapshot';
}

const SHELVES = 4;
/** A section goes, and another one comes, each so many records. */
const CHAPTER = 7n;

/**
 * The simplest states there are: they count values. A record counted twice or never shows, and so
 * do sections that do not belong together.
 */
export class CountingStates implements FoldStates {
  readonly owned = new Map<number, OwnedPartition>();
  /** What other replicas' snapshots say. */
  readonly followed = new Map<number, CountedPartition>();
  readonly restored: Restored[] = [];
  /** By partition, the sections that its snapshot had lost when it was restored; only where it had. */
  readonly missing = new Map<number, readonly string[]>();
  /** Where the partitions of the input were last said to end. */
  ends: ReadonlyMap<number, bigint> = new Map();

  fit(): void {
    // What tests count is small.
  }

  expect(ends: ReadonlyMap<number, bigint>): void {
    this.ends = ends;
  }

  restore(partition: number, snapshot: FoundSnapshot | undefined, start: bigint): void {
    const counts = snapshot === undefined ? new Map<string, number>() : decode(snapshot);
    this.owned.set(partition, { counts, nextOffset: start, revisions: new Map() });
    this.restored.push({ partition, from: snapshot?.nextOffset, start });
    if (snapshot !== undefined && snapshot.missing.length > 0) {
      this.missing.set(partition, snapshot.missing);
    }
  }

  advance(partition: number, nextOffset: bigint): void {
    this.#state(partition).nextOffset = nextOffset;
  }

  snapshot(partition: number): Snapshot {
    const { counts, nextOffset, revisions } = this.#state(partition);
    const shelves = Array.from({ length: SHELVES }, (_, shelf): Section => {
      const encode = (): Buffer =>
        encodeCounts(new Map([...counts].filter(([value]) => shelfOf(value) === shelf)));
      return { name: `counts-${shelf}`, revision: revisions.get(shelf) ?? 0, encode };
    });
    const chapter = {
      name: `chapter-${nextOffset / CHAPTER}`,
      revision: Number(nextOffset),
      encode: () => Buffer.from(String(nextOffset)),
    };
    return { nextOffset, sections: [...shelves, chapter] };
  }

  release(partition: number): void {
    this.owned.delete(partition);
  }

  follow(partition: number, snapshot: FoundSnapshot): void {
    this.followed.set(partition, { counts: decode(snapshot), nextOffset: snapshot.nextOffset });
  }

  fold({ partition, records, nextOffset }: ConsumedBatch): void {
    const state = this.#state(partition);
    for (const { value } of records) {
      add(state.counts, String(value), 1);
      const shelf = shelfOf(String(value));
      state.revisions.set(shelf, (state.revisions.get(shelf) ?? 0) + 1);
    }
    state.nextOffset = nextOffset;
  }

  #state(partition: number): OwnedPartition {
    const state = this.owned.get(partition);
    if (state === undefined) throw new Error(`Partition ${partition} is not restored`);
    return state;
  }
}

/** @returns what the owners of all partitions have counted together */
export function tallyOf(owners: readonly CountingStates[]): Tally {
  const sum = new Map<string, number>();
  for (const { owned } of owners) {
    for (const { counts } of owned.values()) {
      for (const [value, count] of counts) add(sum, value, count);
    }
  }
  return sum;
}

/** @returns the content of a section, or all of a snapshot of format 1 */
export function encodeCounts(counts: Tally): Buffer {
  return Buffer.from(JSON.stringify([...counts]));
}

function decode({ nextOffset, sections, missing }: FoundSnapshot): Map<string, number> {
  const counts = new Map<string, number>();
  const whole = sections.get(WHOLE);
  const chapters = [...sections].filter(([name]) => name.startsWith('chapter-'));
  if (whole === undefined && missing.length === 0) {
    const [[, chapter] = []] = chapters;
    if (chapters.length !== 1 || String(chapter) !== String(nextOffset)) {
      throw new UnreadableSnapshot('the sections are not of one offset');
    }
  }
  for (const [name, value] of sections) {
    if (name !== WHOLE && !name.startsWith('counts-')) continue;
    for (const [counted, count] of decodeCounts(value)) counts.set(counted, count);
  }
  return counts;
}

function decodeCounts(value: Buffer): readonly (readonly [string, number])[] {
  try {
    return [...new Map(JSON.parse(value.toString()) as [string, number][])];
  } catch (cause) {
    throw new UnreadableSnapshot('the counts cannot be read', { cause });
  }
}

function shelfOf(value: string): number {
  let sum = 0;
  for (const character of value) sum += character.charCodeAt(0);
  return sum % SHELVES;
}

function add(counts: Map<string, number>, value: string, count: number): void {
  counts.set(value, (counts.get(value) ?? 0) + count);
}
