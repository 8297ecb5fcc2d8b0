import type { ErrorName } from './errors.ts';
import type { TopicPartition } from './log-apis.ts';

/** A member as its coordinator counts it: offsets of another generation are refused (KIP-447). */
export interface GroupIdentity {
  readonly groupId: string;
  /** Empty before the coordinator has given one. */
  readonly memberId: string;
  /** -1 outside of the group. */
  readonly generation: number;
}

/** An offset as it is committed. */
export interface OffsetToCommit extends TopicPartition {
  /** Where processing goes on. */
  readonly offset: bigint;
  /** The epoch of the last processed record; -1 where it is not known. */
  readonly leaderEpoch: number;
  /** Any text, which the coordinator keeps with the offset. */
  readonly metadata: string;
}

/** An offset as the group has it. */
export interface StoredOffset extends TopicPartition {
  readonly error: ErrorName;
  /** -1 where nothing is committed. */
  readonly offset: bigint;
  /** -1 where it is not known. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/** What became of a request in one partition; `NONE`: it was done. */
export interface PartitionError extends TopicPartition {
  readonly error: ErrorName;
}

export interface GroupApis {
  JoinGroup: {
    readonly request: {
      readonly groupId: string;
      readonly memberId: string;
      readonly sessionTimeoutMs: number;
      readonly rebalanceTimeoutMs: number;
      readonly protocolType: string;
      /** In the order in which the member likes them. */
      readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[];
      /** For the broker's log (KIP-800). */
      readonly reason: string;
    };
    readonly response: {
      readonly error: ErrorName;
      readonly generation: number;
      readonly protocol: string;
      /** The member that assigns. */
      readonly leader: string;
      readonly memberId: string;
      /** All members; empty but for the leader. */
      readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
    };
  };
  SyncGroup: {
    readonly request: GroupIdentity & {
      readonly protocolType: string;
      readonly protocol: string;
      /** Empty but from the leader. */
      readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[];
    };
    readonly response: { readonly error: ErrorName; readonly assignment: Buffer };
  };
  Heartbeat: {
    readonly request: GroupIdentity;
    readonly response: { readonly error: ErrorName };
  };
  LeaveGroup: {
    readonly request: {
      readonly groupId: string;
      readonly memberId: string;
      readonly reason: string;
    };
    readonly response: { readonly error: ErrorName };
  };
  DescribeGroup: {
    readonly request: { readonly groupId: string };
    readonly response: {
      readonly error: ErrorName;
      /** `Dead` where there is no such group. */
      readonly state: string;
      readonly protocolType: string;
      readonly protocol: string;
      readonly members: readonly {
        readonly memberId: string;
        readonly clientId: string;
        /** Where it connects from. */
        readonly host: string;
        readonly metadata: Buffer;
      }[];
    };
  };
  /** A group that has consumers of KIP-848: to {@link GroupApis.DescribeGroup} it is dead. Asked of one group. */
  ConsumerGroupDescribe: {
    readonly request: { readonly groupId: string };
    readonly response: {
      /** GROUP_ID_NOT_FOUND where there is no such group, or a classic one. */
      readonly error: ErrorName;
      readonly state: string;
      /** Those of the classic protocol, which it lets in, too. */
      readonly members: readonly {
        readonly memberId: string;
        readonly clientId: string;
        readonly host: string;
      }[];
    };
  };
  OffsetFetch: {
    readonly request: {
      readonly groupId: string;
      /** Refuses with UNSTABLE_OFFSET_COMMIT while a transaction may still move an offset (KIP-447). */
      readonly requireStable: boolean;
      readonly partitions: readonly TopicPartition[];
    };
    readonly response: {
      readonly error: ErrorName;
      readonly partitions: readonly StoredOffset[];
    };
  };
  OffsetCommit: {
    readonly request: GroupIdentity & { readonly offsets: readonly OffsetToCommit[] };
    readonly response: { readonly partitions: readonly PartitionError[] };
  };
}
