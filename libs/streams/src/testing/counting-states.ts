import type { FoldStates } from '../fold/states.ts';
import type { ConsumedBatch } from '../records/record.ts';
import type { Snapshot } from '../snapshots/snapshot-record.ts';

/** How often each value was folded. */
export type Tally = ReadonlyMap<string, number>;

interface CountedPartition {
  readonly counts: Map<string, number>;
  nextOffset: bigint;
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

/** The simplest states there are: they count values, so that a record counted twice or never shows. */
export class CountingStates implements FoldStates {
  readonly owned = new Map<number, CountedPartition>();
  /** What other replicas' snapshots say. */
  readonly followed = new Map<number, CountedPartition>();
  readonly restored: Restored[] = [];
  /** Where the partitions of the input were last said to end. */
  ends: ReadonlyMap<number, bigint> = new Map();

  fit(): void {
    // What tests count is small.
  }

  expect(ends: ReadonlyMap<number, bigint>): void {
    this.ends = ends;
  }

  restore(partition: number, snapshot: Snapshot | undefined, start: bigint): void {
    const counts = snapshot === undefined ? new Map<string, number>() : decode(snapshot);
    this.owned.set(partition, { counts, nextOffset: start });
    this.restored.push({ partition, from: snapshot?.nextOffset, start });
  }

  advance(partition: number, nextOffset: bigint): void {
    this.#state(partition).nextOffset = nextOffset;
  }

  snapshot(partition: number): Snapshot {
    const { counts, nextOffset } = this.#state(partition);
    return { value: encodeCounts(counts), nextOffset };
  }

  release(partition: number): void {
    this.owned.delete(partition);
  }

  follow(partition: number, snapshot: Snapshot): void {
    this.followed.set(partition, { counts: decode(snapshot), nextOffset: snapshot.nextOffset });
  }

  fold({ partition, records, nextOffset }: ConsumedBatch): void {
    const state = this.#state(partition);
    for (const { value } of records) add(state.counts, String(value), 1);
    state.nextOffset = nextOffset;
  }

  #state(partition: number): CountedPartition {
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

/** @returns the value of a snapshot record */
export function encodeCounts(counts: Tally): Buffer {
  return Buffer.from(JSON.stringify([...counts]));
}

function decode({ value }: Snapshot): Map<string, number> {
  try {
    return new Map(JSON.parse(value.toString()) as [string, number][]);
  } catch (cause) {
    throw new UnreadableSnapshot('the counts cannot be read', { cause });
  }
}

function add(counts: Map<string, number>, value: string, count: number): void {
  counts.set(value, (counts.get(value) ?? 0) + count);
}
