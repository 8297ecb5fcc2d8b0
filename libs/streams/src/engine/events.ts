import type { Throttled } from '../cluster/cluster.ts';
import type { BatchPlace } from '../fetch/errors.ts';
import type { MemberState } from '../group/member-options.ts';
import type { StallCause } from '../watch/watch.ts';

/** What happens to any engine that logs and metrics show to operators. */
export type EngineEvent =
  | { readonly kind: 'member'; readonly state: MemberState; readonly generation: number }
  | { readonly kind: 'assigned' | 'revoked'; readonly partitions: readonly number[] }
  | { readonly kind: 'lost' }
  | { readonly kind: 'stalled'; readonly cause: StallCause }
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
