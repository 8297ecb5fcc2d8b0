import type { EngineOptions } from '../engine/engine-frame.ts';
import type { Reading } from '../fetch/pieces.ts';
import type { Changes, WrittenTopic } from '../snapshots/changes.ts';
import type { FoldEvent } from './events.ts';
import type { AroundFold, FoldBatch } from './fold-lane.ts';
import type { FoldStates } from './states.ts';

/** What a {@link FoldEngine} is made with: the topics that it reads and writes, and the application's part in it. */
export interface FoldOptions extends EngineOptions<FoldEvent> {
  /** A compacted topic that keeps the states. */
  readonly snapshots: WrittenTopic;
  /** What it takes, in bytes of a section: see {@link maxSnapshotBytes}. */
  readonly maxSnapshotBytes: number;
  /** Milliseconds between two snapshots of a partition that moves. */
  readonly snapshotIntervalMs: number;
  /** What is written beside the snapshots, and where; absent: nothing. */
  readonly changes?: Changes & WrittenTopic;
  readonly states: FoldStates;
  /** Folds a batch into the state of its partition. */
  readonly handle: FoldBatch;
  readonly around?: AroundFold;
  /** How batches of the input are read. */
  readonly reading: Reading;
  /** The same of snapshots, which readers of the input wait for: it needs memory of its own. */
  readonly following: Reading;
}
