import type { Throttled } from '../cluster/cluster.ts';
import type { BatchPlace } from '../fetch/errors.ts';
import type { MemberState } from '../group/member-options.ts';
import type { Resume } from '../positions/resume.ts';
import type { StallCause } from '../watch/watch.ts';

/** What happens to an engine that operators are told, by logs and metrics. */
export type EngineEvent =
  | { readonly kind: 'member'; readonly state: MemberState; readonly generation: number }
  | { readonly kind: 'assigned' | 'revoked'; readonly partitions: readonly number[] }
  | { readonly kind: 'lost' }
  | { readonly kind: 'stalled'; readonly cause: StallCause }
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
    }
  | ({ readonly kind: 'throttled' } & Throttled)
  | {
      /** A partition waits, because a batch cannot be read; a `waiting` event follows. */
      readonly kind: 'unreadable';
      readonly place: BatchPlace;
      readonly message: string;
    }
  | {
      readonly kind: 'waiting';
      readonly partition: number;
      /** Undefined: it waits no more. */
      readonly reason: string | undefined;
    };
