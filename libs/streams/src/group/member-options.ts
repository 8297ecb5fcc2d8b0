import type { Cluster } from '../cluster/cluster.ts';
import type { Clock } from '../ports.ts';

export interface MemberOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly groupId: string;
  /** The one topic that is subscribed to. */
  readonly topic: string;
  /** Tells this process from all others, those before it included. */
  readonly instance: string;
  readonly timeouts: GroupTimeouts;
  /** Partitions go to other members: resolves when nothing is done for them any more. */
  readonly onRevoked: (partitions: readonly number[]) => Promise<void>;
  readonly onAssigned: (partitions: readonly number[]) => void;
  /** The coordinator does not count the member in any more: other members may have its partitions already. */
  readonly onLost: () => void;
  /** The state has changed. */
  readonly onState: (state: MemberState) => void;
}

/** All in milliseconds. */
export interface GroupTimeouts {
  /** After so long without a heartbeat the coordinator gives a member up. */
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  /** How long the coordinator waits for members to join again. */
  readonly rebalanceMs: number;
}

/**
 * The time-outs of a member by default. A wrong suspicion costs a fence, never a record: so the session may be as
 * short as brokers allow by default.
 */
export const GROUP_TIMEOUTS: GroupTimeouts = {
  sessionMs: 6_000,
  heartbeatMs: 1_000,
  rebalanceMs: 10_000,
};

/**
 * - `joining`: not, or not any more, a member with an assignment.
 * - `member`: the coordinator has confirmed the generation.
 * - `rebalancing`: still works on what it was given, while a new generation begins.
 * - `left`: for good.
 */
export type MemberState = 'joining' | 'member' | 'rebalancing' | 'left';
