import type { EngineEvent } from '../engine/events.ts';
import type { Resume } from '../positions/resume.ts';
import type { SnapshotsGone } from '../snapshots/snapshot-follower.ts';
import type { OperatorVerdict } from './operator-offset.ts';

/** What happens to a {@link FoldEngine} that logs and metrics show to operators. */
export type FoldEvent =
  | EngineEvent
  | {
      /** Where a partition goes on. */
      readonly kind: 'placed';
      readonly partition: number;
      readonly resume: Resume;
      /** The next offset of its state before; undefined: it had none. */
      readonly from: bigint | undefined;
    }
  | {
      readonly kind: 'restored';
      readonly partition: number;
      /** Since it was assigned. */
      readonly ms: number;
    }
  | {
      /** An operator has set an offset for a partition that is restored. */
      readonly kind: 'operator';
      readonly partition: number;
      readonly verdict: OperatorVerdict;
      /** The next offset of its state, the offset that was set, and the log's end. */
      readonly start: bigint;
      readonly set: bigint;
      readonly end: bigint;
    }
  | { readonly kind: 'folded'; readonly partition: number; readonly records: number }
  | {
      /** Snapshots are safely in their topic. */
      readonly kind: 'saved';
      /** Of each partition, how many were written this time. */
      readonly bytes: readonly number[];
    }
  | {
      /** Snapshots, or changes before them, could not be written: that is tried again. */
      readonly kind: 'unsaved';
      readonly topic: string;
      readonly cause: Error;
    }
  | { readonly kind: 'snapshots-gone'; readonly how: SnapshotsGone };
