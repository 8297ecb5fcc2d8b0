import type { ConsumedBatch, UnreadableBatchError } from '@login-pipeline/streams';
import type { Logger, Metrics } from '@login-pipeline/observability';
import type { KafkaConnection } from '../client/connection.ts';
import type { NeededRights } from '../security/rights.ts';

/** A batch with what its owner may do with it. */
export interface OwnedBatch extends ConsumedBatch {
  /** The offset that was asked for: where the consumer believes to be. */
  readonly fetchedOffset: bigint;
  /** Where the last batch ended: from there to `fetchedOffset` there is nothing for a reader. */
  readonly follows: bigint;
  /** Counts the assignments of this process; a partition may have had another owner between two. */
  readonly generation: number;
  /** Moves the position past the batch. Only after its results are committed. */
  readonly resolve: () => void;
  /** Asks the coordinator, now and then, whether we are still a member; throws when we are not. */
  readonly heartbeat: () => Promise<void>;
}

export interface GroupConsumerOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  /** What a member must be allowed to do, so that a refusal can be told by name: `groupRights`. */
  readonly rights: NeededRights;
  /** How many partitions are processed side by side. */
  readonly concurrency: number;
  /** How long the broker may gather records before it answers a fetch, in milliseconds; 0: not at all. */
  readonly lingerMs: number;
  /** How much one fetch may bring, in bytes; default 16 MiB. */
  readonly maxFetchBytes?: number;
  /** The largest value that is read, in bytes; default 4 MiB. Of a record that has a larger one, the rest is handed over. */
  readonly maxValueBytes?: number;
  /** Batches of other consumers in the process wait for what this one reads; default no. It takes no memory that they hold. */
  readonly isAwaited?: boolean;
  /**
   * What the process ends with when a batch cannot be read; undefined: its partition waits, until the batch is whole again
   * or the group was moved past it. That takes a group whose positions outlive the process.
   */
  readonly onUnreadable: ((error: UnreadableBatchError) => Error) | undefined;
  /** After how long without progress, with something to do, the process gives up. */
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  /** Where to report lag and the like; undefined: nowhere. */
  readonly metrics: Metrics | undefined;
  /** Processes one batch of one partition; batches of a partition come one at a time. */
  readonly onBatch: (batch: OwnedBatch) => Promise<void>;
  /** Where all partitions of the topic end; told at the start and then every few seconds. */
  readonly onEnds?: (ends: ReadonlyMap<number, bigint>) => void;
  /** A position moved, by a batch of ours or past control records: to `position`, over what lies from `from` on. */
  readonly onPosition?: (partition: number, position: bigint, from: bigint) => void;
  /** The group assigned partitions: everything known about earlier ones is void. */
  readonly onAssigned: (partitions: readonly number[]) => void;
  /** The consumer cannot go on; the process has to end. */
  readonly onFatal: (error: unknown) => void;
}
