import type { FoundSnapshot, Snapshot } from '../snapshots/snapshot.ts';

/** The states that an application folds records into, one per input partition. */
export interface FoldStates {
  /** Where the partitions of the input topic end now, for readers of committed records; called every few seconds. */
  expect(ends: ReadonlyMap<number, bigint>): void;
  /**
   * Takes a partition over, from its newest snapshot or from nothing.
   *
   * @param snapshot where it lacks sections the topic has lost them: the others are right, and of its next offset
   * @param start the next offset from here on: the snapshot's, unless records are gone by retention
   * @throws when the snapshot cannot be read: nothing must be guessed
   */
  restore(partition: number, snapshot: FoundSnapshot | undefined, start: bigint): void;
  /**
   * The next offset of a restored partition moved past what is no record of the application:
   * control records, or lost ones.
   */
  advance(partition: number, nextOffset: bigint): void;
  /**
   * @returns the state of a restored partition, and the next offset it belongs to; its sections are
   *   encoded at once, or not at all
   */
  snapshot(partition: number): Snapshot;
  /** The partition has another owner: its state comes by snapshots from now on. */
  release(partition: number): void;
  /** Another replica's newer snapshot of a partition, with all its sections. */
  follow(partition: number, snapshot: FoundSnapshot): void;
}
