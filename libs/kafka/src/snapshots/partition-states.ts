import type { UsableTopic } from '../client/topics.ts';
import type { FoundSnapshot, Snapshot } from './snapshot-record.ts';

/** The states that an application folds records into, one per input partition. */
export interface PartitionStates {
  /**
   * Called once, before anything is restored: what a snapshot may be, at most.
   *
   * @param maxBytes of its value
   * @param topic where snapshots are kept
   * @throws when that is too little
   */
  fit(maxBytes: number, topic: UsableTopic): void;
  /** Where the partitions of the input topic end now; called every few seconds. */
  expect(ends: ReadonlyMap<number, bigint>): void;
  /**
   * Takes a partition over, from its newest snapshot or from nothing.
   *
   * @param start the next offset from here on: the snapshot's, unless records are gone by retention
   * @throws when the snapshot cannot be read: nothing must be guessed
   */
  restore(partition: number, snapshot: FoundSnapshot | undefined, start: bigint): void;
  /** The next offset of a restored partition moved past control records, which are no logins. */
  advance(partition: number, nextOffset: bigint): void;
  /** @returns the state of a restored partition, and the next offset it belongs to */
  snapshot(partition: number): Snapshot;
  /** The partition has another owner: its state comes by snapshots from now on. */
  release(partition: number): void;
  /** Another replica's newer snapshot of a partition. */
  follow(partition: number, snapshot: FoundSnapshot): void;
}
