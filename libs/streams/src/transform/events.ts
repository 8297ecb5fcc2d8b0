import type { EngineEvent } from '../engine/events.ts';
import type { Resume } from '../positions/resume.ts';

/** What happens to a {@link TransformEngine} that logs and metrics show to operators. */
export type TransformEvent =
  | EngineEvent
  | {
      readonly kind: 'positioned';
      readonly partition: number;
      readonly resume: Resume;
      /** What the group had committed; undefined: nothing. */
      readonly committed: bigint | undefined;
      readonly end: bigint;
    }
  | {
      /** A batch of a partition, from its arrival to its commit. */
      readonly kind: 'committed';
      readonly partition: number;
      readonly records: number;
      readonly ms: number;
    }
  | {
      readonly kind: 'transaction';
      readonly outcome: 'committed' | 'aborted';
      readonly cause: unknown;
    };
