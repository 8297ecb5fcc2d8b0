import type { AbortedTransaction, FetchedBatches } from '../fetch/fetched-batch.ts';
import type { OutgoingBatch } from '../ports.ts';
import type { ErrorName } from './errors.ts';

/** A partition by its topic's name and its number, from 0 on. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Which records a reader wants: `read_committed` ends at the last stable offset (KIP-98). */
export type Isolation = 'read_uncommitted' | 'read_committed';

/** The timestamp by which ListOffsets is asked where a log begins. */
export const EARLIEST = -2n;
/** The timestamp by which ListOffsets is asked where a log ends, for readers of the {@link Isolation}. */
export const LATEST = -1n;

/** The leader epoch by which a leader is asked not to compare epochs (KIP-320). */
export const ANY_EPOCH = -1;

/** A producer's epoch, and the number of a batch's first record in its partition (KIP-98). */
export interface ProducerStamp {
  readonly producerId: bigint;
  readonly epoch: number;
  readonly baseSequence: number;
}

/** One batch for one partition, as Produce sends it: a request has at most one for each. */
export interface ProducePartition extends TopicPartition {
  readonly batch: OutgoingBatch;
  readonly stamp: ProducerStamp;
}

/** What became of the batch for one partition. */
export interface ProducedPartition extends TopicPartition {
  readonly error: ErrorName;
  /** What the broker says of the error (KIP-467); undefined: nothing. */
  readonly message: string | undefined;
  /** The offset of the first record; -1 where there is none. */
  readonly baseOffset: bigint;
  /** The records that were refused, by their index in the batch (KIP-467). */
  readonly refused: readonly { readonly index: number; readonly message: string | undefined }[];
}

/** One partition, and from where on it is fetched. Topics go by their ids (KIP-516). */
export interface FetchPartition {
  readonly topicId: string;
  readonly partition: number;
  /** The epoch of the leader that is asked; another one refuses. */
  readonly leaderEpoch: number;
  /** The first one that is wanted. */
  readonly offset: bigint;
  /** Only a first batch may be larger (KIP-74). */
  readonly maxBytes: number;
}

/** What a fetch brought of one partition: its offsets, and the batches as they came. */
export interface FetchedPartitionData {
  readonly topicId: string;
  readonly partition: number;
  readonly error: ErrorName;
  /** Below it all replicas in sync have the records; -1 with an error, as the two that follow. */
  readonly highWatermark: bigint;
  /** Below it no transaction is open (KIP-98). */
  readonly lastStableOffset: bigint;
  /** What lies below it is deleted (KIP-107). */
  readonly logStartOffset: bigint;
  /** Those with records in what was fetched; none for `read_uncommitted`. */
  readonly aborted: readonly AbortedTransaction[];
  /** Whole batches from the one with the offset on, what lies before the offset included. */
  readonly records: FetchedBatches;
}

export interface LogApis {
  ListOffsets: {
    readonly request: {
      readonly isolation: Isolation;
      readonly partitions: readonly (TopicPartition & {
        readonly leaderEpoch: number;
        /** {@link EARLIEST}, {@link LATEST}, or epoch milliseconds: the first record not older than that. */
        readonly timestamp: bigint;
      })[];
    };
    readonly response: {
      readonly partitions: readonly (TopicPartition & {
        readonly error: ErrorName;
        /** -1 where no record is as young. */
        readonly offset: bigint;
        readonly leaderEpoch: number;
      })[];
    };
  };
  /** Where a leader epoch ended (KIP-320). */
  OffsetForLeaderEpoch: {
    readonly request: {
      readonly partitions: readonly (TopicPartition & {
        readonly currentLeaderEpoch: number;
        readonly leaderEpoch: number;
      })[];
    };
    readonly response: {
      readonly partitions: readonly (TopicPartition & {
        readonly error: ErrorName;
        /** The largest epoch of the log up to the one asked for; -1 where there is none. */
        readonly leaderEpoch: number;
        /** The offset behind that epoch's last record; -1 where there is none. */
        readonly endOffset: bigint;
      })[];
    };
  };
  /** By topic id, so that a topic of the same name that was created anew is never read for the old one. */
  Fetch: {
    readonly request: {
      readonly isolation: Isolation;
      /** How long the broker may wait for records, in milliseconds. */
      readonly maxWaitMs: number;
      readonly minBytes: number;
      readonly maxBytes: number;
      readonly partitions: readonly FetchPartition[];
    };
    readonly response: {
      readonly error: ErrorName;
      /** For how long a quota of the client delays it, in milliseconds (KIP-219). */
      readonly throttleMs: number;
      readonly partitions: readonly FetchedPartitionData[];
    };
  };
  Produce: {
    readonly request: {
      /** Undefined: no transaction. */
      readonly transactionalId: string | undefined;
      /** The broker adds the partitions to the transaction by itself (KIP-890); else they were added before. */
      readonly addsPartitions: boolean;
      /** How long the leader may wait for its followers, in milliseconds. */
      readonly timeoutMs: number;
      readonly partitions: readonly ProducePartition[];
    };
    readonly response: {
      readonly throttleMs: number;
      readonly partitions: readonly ProducedPartition[];
    };
  };
}
