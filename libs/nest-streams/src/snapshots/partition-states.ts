import type { FoldStates } from '@login-pipeline/streams';
import type { UsableTopic } from '../client/topics.ts';

/** The states that an application folds records into, one per input partition. */
export interface PartitionStates extends FoldStates {
  /**
   * Called once, before anything is restored: what a section of a snapshot may be, at most.
   *
   * @param maxBytes of its content
   * @param topic where snapshots are kept
   * @throws when that is too little
   */
  fit(maxBytes: number, topic: UsableTopic): void;
}
