import type {
  ApiName,
  ErrorName,
  RequestOf,
  ResponseOf,
  TopicPartition,
} from '@login-pipeline/streams';
import type { SimulatedCluster } from '@login-pipeline/streams/testing';

/** A broker answers with an error. */
export interface Refusal {
  readonly error: ErrorName;
  /** It has done what was asked all the same. */
  readonly isDone: boolean;
}

type Refusals = {
  readonly [Api in ApiName]: (request: RequestOf<Api>, error: ErrorName) => ResponseOf<Api>;
};

const NO_BROKER = { id: -1, host: '', port: -1 };
const NO_TOPIC_ID = '0'.repeat(32);
const NO_PRODUCER = { producerId: -1n, epoch: -1 };

/** How a broker says an error in the answer to each request. */
const REFUSALS: Refusals = {
  ApiVersions: (_request, error) => ({ error, newest: new Map(), features: new Map() }),
  Metadata: ({ topics }, error) => ({
    brokers: [],
    topics: topics.map((topic) => ({ error, topic, topicId: NO_TOPIC_ID, partitions: [] })),
  }),
  FindCoordinator: (_request, error) => ({ error, broker: NO_BROKER }),
  ListOffsets: ({ partitions }, error) => ({
    partitions: partitions.map((place) => ({
      ...placeOf(place),
      error,
      offset: -1n,
      leaderEpoch: -1,
    })),
  }),
  OffsetForLeaderEpoch: ({ partitions }, error) => ({
    partitions: partitions.map((place) => ({
      ...placeOf(place),
      error,
      leaderEpoch: -1,
      endOffset: -1n,
    })),
  }),
  Fetch: ({ partitions }, error) => ({
    error: 'NONE',
    throttleMs: 0,
    partitions: partitions.map(({ topicId, partition }) => ({
      topicId,
      partition,
      error,
      highWatermark: -1n,
      lastStableOffset: -1n,
      logStartOffset: -1n,
      aborted: [],
      records: { batches: [] },
    })),
  }),
  Produce: ({ partitions }, error) => ({
    throttleMs: 0,
    partitions: partitions.map((place) => ({
      ...placeOf(place),
      error,
      message: undefined,
      baseOffset: -1n,
      refused: [],
    })),
  }),
  JoinGroup: ({ memberId }, error) => ({
    error,
    generation: -1,
    protocol: '',
    leader: '',
    memberId,
    members: [],
  }),
  SyncGroup: (_request, error) => ({ error, assignment: Buffer.alloc(0) }),
  Heartbeat: (_request, error) => ({ error }),
  LeaveGroup: (_request, error) => ({ error }),
  DescribeGroup: (_request, error) => ({
    error,
    state: '',
    protocolType: '',
    protocol: '',
    members: [],
  }),
  ConsumerGroupDescribe: (_request, error) => ({ error, state: '', members: [] }),
  OffsetFetch: (_request, error) => ({ error, partitions: [] }),
  OffsetCommit: ({ offsets }, error) => ({ partitions: errorsOf(offsets, error) }),
  InitProducerId: (_request, error) => ({ error, ...NO_PRODUCER }),
  AddPartitionsToTxn: ({ partitions }, error) => ({
    error: 'NONE',
    partitions: errorsOf(partitions, error),
  }),
  AddOffsetsToTxn: (_request, error) => ({ error }),
  TxnOffsetCommit: ({ offsets }, error) => ({ partitions: errorsOf(offsets, error) }),
  EndTxn: (_request, error) => ({ error, ...NO_PRODUCER }),
  WriteTxnMarkers: ({ partitions }, error) => ({ partitions: errorsOf(partitions, error) }),
  DescribeTransactions: ({ transactionalIds }, error) => ({
    transactions: transactionalIds.map((transactionalId) => ({
      error,
      transactionalId,
      state: 'Dead',
      ...NO_PRODUCER,
      timeoutMs: 0,
      startedAt: -1n,
      partitions: [],
    })),
  }),
  ListTransactions: (_request, error) => ({ error, transactions: [] }),
  DescribeProducers: ({ partitions }, error) => ({
    partitions: partitions.map((place) => ({ ...placeOf(place), error, producers: [] })),
  }),
};

/** @returns the answer of a broker that has only an error to tell */
function refusalOf<Api extends ApiName>(
  api: Api,
  request: RequestOf<Api>,
  error: ErrorName,
): ResponseOf<Api> {
  return REFUSALS[api](request, error);
}

/** Errors that pass: each may come from any broker that is in trouble, or has a bug. */
export const PASSING: readonly ErrorName[] = [
  'UNKNOWN_SERVER_ERROR',
  'REQUEST_TIMED_OUT',
  'NETWORK_EXCEPTION',
  'BROKER_NOT_AVAILABLE',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'THROTTLING_QUOTA_EXCEEDED',
  'INVALID_REQUEST',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'CORRUPT_MESSAGE',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
  'UNSTABLE_OFFSET_COMMIT',
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
  'TRANSACTION_ABORTABLE',
  'TRANSACTION_COORDINATOR_FENCED',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'OPERATION_NOT_ATTEMPTED',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_ID',
];

/** Has brokers refuse requests. @returns a function for the end of that */
export function refuseBy(
  cluster: SimulatedCluster,
  decide: (api: ApiName, request: RequestOf<ApiName>) => Refusal | undefined,
): () => void {
  const undo = cluster.brokers.map((broker) => {
    const handle = broker.handle.bind(broker);
    broker.handle = (api, request, answer, caller): void => {
      const refusal = decide(api, request);
      if (refusal === undefined) {
        handle(api, request, answer, caller);
        return;
      }
      const refuse = (): void => {
        answer(refusalOf(api, request, refusal.error));
      };
      if (refusal.isDone) handle(api, request, refuse, caller);
      else refuse();
    };
    return (): void => {
      broker.handle = handle;
    };
  });
  return () => {
    for (const end of undo) end();
  };
}

function placeOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}

function errorsOf(
  places: readonly TopicPartition[],
  error: ErrorName,
): (TopicPartition & { readonly error: ErrorName })[] {
  return places.map((place) => ({ ...placeOf(place), error }));
}
