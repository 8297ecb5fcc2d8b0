import type { ErrorName } from './errors.ts';
import type { GroupIdentity, OffsetToCommit, PartitionError } from './group-apis.ts';
import type { TopicPartition } from './log-apis.ts';

/** The topic of transactions' states: the leader of a partition coordinates the ids that are in it. */
export const TRANSACTIONS_TOPIC = '__transaction_state';

/** A producer of transactions, as its coordinator knows it. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly epoch: number;
}

/** How far the coordinator has got with the last transaction of an id (KIP-664). */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'
  | 'Dead'
  | 'PrepareEpochFence';

export interface TransactionApis {
  /** Takes an id over: fences its last holder, and aborts what that left open. */
  InitProducerId: {
    readonly request: {
      /** Undefined: of a producer without transactions, which any broker gives an id. */
      readonly transactionalId: string | undefined;
      /** After so long the coordinator aborts a transaction by itself, in milliseconds. */
      readonly timeoutMs: number;
    };
    readonly response: {
      readonly error: ErrorName;
      readonly producerId: bigint;
      readonly epoch: number;
    };
  };
  /** Before KIP-890 only. */
  AddPartitionsToTxn: {
    readonly request: ProducerIdentity & { readonly partitions: readonly TopicPartition[] };
    readonly response: {
      readonly error: ErrorName;
      readonly partitions: readonly PartitionError[];
    };
  };
  /** Before KIP-890 only. */
  AddOffsetsToTxn: {
    readonly request: ProducerIdentity & { readonly groupId: string };
    readonly response: { readonly error: ErrorName };
  };
  /** Goes to the coordinator of the group. */
  TxnOffsetCommit: {
    readonly request: ProducerIdentity &
      GroupIdentity & {
        /** The group's coordinator adds itself to the transaction (KIP-890); else it was added before. */
        readonly addsOffsets: boolean;
        readonly offsets: readonly OffsetToCommit[];
      };
    readonly response: { readonly partitions: readonly PartitionError[] };
  };
  EndTxn: {
    readonly request: ProducerIdentity & {
      readonly commit: boolean;
      /**
       * The coordinator gives the producer a new epoch, so that late requests of this transaction
       * are refused (KIP-890).
       */
      readonly bumpsEpoch: boolean;
    };
    readonly response: {
      readonly error: ErrorName;
      /** The producer from here on; as it was where the epoch is not bumped. */
      readonly producerId: bigint;
      readonly epoch: number;
    };
  };
  DescribeTransactions: {
    readonly request: { readonly transactionalIds: readonly string[] };
    readonly response: {
      readonly transactions: readonly {
        readonly error: ErrorName;
        readonly transactionalId: string;
        readonly state: TransactionState;
        readonly producerId: bigint;
        readonly epoch: number;
        readonly timeoutMs: number;
        /** When it began, epoch ms; -1 where it is none. */
        readonly startedAt: bigint;
        /** What it has written to, and not yet ended. */
        readonly partitions: readonly TopicPartition[];
      }[];
    };
  };
  /** Those that one broker coordinates. */
  ListTransactions: {
    readonly request: {
      /** Of these states; none: of all. */
      readonly states: readonly TransactionState[];
      /** Of these producers; none: of all. */
      readonly producerIds: readonly bigint[];
    };
    readonly response: {
      readonly error: ErrorName;
      readonly transactions: readonly {
        readonly transactionalId: string;
        readonly producerId: bigint;
        readonly state: TransactionState;
      }[];
    };
  };
  /** The producers that a partition's leader knows. */
  DescribeProducers: {
    readonly request: { readonly partitions: readonly TopicPartition[] };
    readonly response: {
      readonly partitions: readonly (TopicPartition & {
        readonly error: ErrorName;
        readonly producers: readonly {
          readonly producerId: bigint;
          readonly epoch: number;
          /** Of the coordinator that wrote the producer's last marker here; -1 where there is none. */
          readonly coordinatorEpoch: number;
          /** The first offset of its open transaction; -1 where there is none. */
          readonly openSince: bigint;
          readonly lastTimestamp: bigint;
        }[];
      })[];
    };
  };
  /**
   * Ends a transaction at a partition's leader, as its coordinator does: for what no coordinator
   * ends any more (KIP-664).
   */
  WriteTxnMarkers: {
    readonly request: {
      readonly producerId: bigint;
      readonly epoch: number;
      readonly coordinatorEpoch: number;
      readonly commit: boolean;
      readonly partitions: readonly TopicPartition[];
    };
    readonly response: { readonly partitions: readonly PartitionError[] };
  };
}
