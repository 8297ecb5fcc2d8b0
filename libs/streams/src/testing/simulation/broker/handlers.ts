import type { ApiName, RequestOf, ResponseOf } from '../../../protocol/apis.ts';
import type { CoordinatorKind } from '../../../protocol/cluster-apis.ts';
import type { ErrorName } from '../../../protocol/errors.ts';
import { EARLIEST, LATEST } from '../../../protocol/log-apis.ts';
import type { TopicPartition } from '../../../protocol/log-apis.ts';
import { isKnown } from './controller.ts';
import type { Answering } from './controller.ts';
import type { Caller, Environment } from './environment.ts';
import { Fetch } from './fetch.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import type { OffsetCommits } from './offset-commits.ts';
import { Produce } from './produce.ts';
import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from './topics.ts';
import type { Partition } from './topics.ts';
import type { TransactionCoordinator } from './transaction-coordinator.ts';

/** How a broker takes a request. */
export type Handler<Api extends ApiName> = (
  broker: Answering,
  request: RequestOf<Api>,
  answer: (response: ResponseOf<Api>) => void,
  caller: Caller,
) => void;

export type Handlers = { readonly [Api in ApiName]: Handler<Api> };

/** What the handlers hand requests on to. */
export interface Parts {
  readonly environment: Environment;
  readonly groups: GroupCoordinator;
  readonly commits: OffsetCommits;
  readonly transactions: TransactionCoordinator;
}

const NO_BROKER = { id: -1, host: '', port: -1 };
const NO_TOPIC_ID = '0'.repeat(32);
/** The newest versions of requests that Kafka 4 has, by API key. */
const NEWEST: readonly (readonly [number, number])[] = [
  [0, 13],
  [1, 17],
  [2, 11],
  [3, 13],
  [8, 10],
  [9, 10],
  [10, 6],
  [11, 9],
  [12, 4],
  [13, 5],
  [14, 5],
  [15, 6],
  [18, 4],
  [22, 6],
  [23, 4],
  [24, 5],
  [25, 4],
  [26, 5],
  [27, 2],
  [28, 5],
  [61, 0],
  [65, 0],
  [66, 2],
  [69, 1],
];

/** @returns what brokers do with requests: KafkaApis */
export function handlersOf({ environment, groups, commits, transactions }: Parts): Handlers {
  const { controller, scheduler, settings } = environment;
  const fetch = new Fetch(environment);
  const produce = new Produce(environment, transactions);
  const leads = (
    { id }: Answering,
    { topic, partition }: TopicPartition,
    epoch = -1,
  ): Partition | ErrorName => {
    const found = controller.partition(topic, partition);
    if (found === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
    const error = found.check(id, scheduler.now(), epoch);
    return error === 'NONE' ? found : error;
  };
  return {
    ApiVersions: (_broker, _request, answer) => {
      const features = new Map([
        ['metadata.version', 25],
        ['group.version', 1],
        ['transaction.version', settings.transactionVersion],
      ]);
      answer({ error: 'NONE', newest: new Map(NEWEST), features });
    },
    Metadata: ({ image }, { topics }, answer) => {
      answer({
        brokers: image.brokers,
        topics: topics.map(
          (topic) =>
            image.topics.get(topic) ?? {
              error: 'UNKNOWN_TOPIC_OR_PARTITION',
              topic,
              topicId: NO_TOPIC_ID,
              partitions: [],
            },
        ),
      });
    },
    FindCoordinator: ({ image }, { kind, key }, answer) => {
      const index = coordinatorIndex(kind, key);
      const topic = kind === 'group' ? OFFSETS_TOPIC : TRANSACTIONS_TOPIC;
      const leader = image.topics.get(topic)?.partitions[index]?.leader ?? -1;
      const broker = image.brokers.find(({ id }) => id === leader);
      if (broker === undefined) answer({ error: 'COORDINATOR_NOT_AVAILABLE', broker: NO_BROKER });
      else answer({ error: 'NONE', broker });
    },
    ListOffsets: (broker, { partitions, isolation }, answer) => {
      answer({
        partitions: partitions.map(({ topic, partition, leaderEpoch, timestamp }) => {
          const place = { topic, partition };
          const found = leads(broker, place, leaderEpoch);
          if (typeof found === 'string') {
            return { ...place, error: found, offset: -1n, leaderEpoch: -1 };
          }
          const { log } = found;
          if (timestamp === LATEST) {
            const offset = BigInt(log.endFor(isolation));
            return { ...place, error: 'NONE', offset, leaderEpoch: log.latestEpoch };
          }
          const offset = timestamp === EARLIEST ? log.start : log.firstSince(Number(timestamp));
          if (offset === undefined || (timestamp >= 0n && offset >= log.endFor(isolation))) {
            return { ...place, error: 'NONE', offset: -1n, leaderEpoch: -1 };
          }
          const epoch = log.epochAt(offset);
          return { ...place, error: 'NONE', offset: BigInt(offset), leaderEpoch: epoch };
        }),
      });
    },
    OffsetForLeaderEpoch: (broker, { partitions }, answer) => {
      answer({
        partitions: partitions.map(({ topic, partition, currentLeaderEpoch, leaderEpoch }) => {
          const place = { topic, partition };
          const found = leads(broker, place, currentLeaderEpoch);
          if (typeof found === 'string') {
            return { ...place, error: found, leaderEpoch: -1, endOffset: -1n };
          }
          const end = found.log.endOfEpoch(leaderEpoch);
          const endOffset = BigInt(end.endOffset);
          return { ...place, error: 'NONE', leaderEpoch: end.leaderEpoch, endOffset };
        }),
      });
    },
    Fetch: (broker, request, answer) => {
      fetch.handle(broker, request, answer);
    },
    Produce: ({ id }, request, answer) => {
      produce.handle(id, request, answer);
    },
    JoinGroup: ({ id }, request, answer, caller) => {
      groups.join(id, request, caller, answer);
    },
    SyncGroup: ({ id }, request, answer) => {
      groups.sync(id, request, answer);
    },
    Heartbeat: ({ id }, request, answer) => {
      answer({ error: groups.heartbeat(id, request) });
    },
    LeaveGroup: ({ id }, request, answer) => {
      answer({ error: groups.leave(id, request) });
    },
    DescribeGroup: ({ id }, { groupId }, answer) => {
      answer(groups.describe(id, groupId));
    },
    ConsumerGroupDescribe: ({ id }, { groupId }, answer) => {
      answer(groups.describeConsumers(id, groupId));
    },
    OffsetFetch: ({ id }, request, answer) => {
      answer(commits.fetch(id, request));
    },
    OffsetCommit: (broker, request, answer) => {
      commits.commit(broker, request, answer);
    },
    InitProducerId: ({ id }, request, answer) => {
      answer(transactions.initProducerId(id, request));
    },
    AddPartitionsToTxn: ({ id, image }, request, answer) => {
      const { partitions } = request;
      const known = partitions.map(({ topic, partition }) => isKnown(image, topic, partition));
      // OPERATION_NOT_ATTEMPTED, for those that are known: no error of the engine's list.
      const error = known.includes(false)
        ? 'UNKNOWN_SERVER_ERROR'
        : transactions.addPartitions(id, request, partitions);
      answer({
        error: 'NONE',
        partitions: partitions.map(({ topic, partition }, index) => ({
          topic,
          partition,
          error: known[index] === true ? error : 'UNKNOWN_TOPIC_OR_PARTITION',
        })),
      });
    },
    AddOffsetsToTxn: ({ id }, request, answer) => {
      const { topic, index: partition } = groups.partitionOf(request.groupId);
      answer({ error: transactions.addPartitions(id, request, [{ topic, partition }]) });
    },
    TxnOffsetCommit: (broker, request, answer) => {
      commits.commitInTransaction(broker, request, answer);
    },
    EndTxn: ({ id }, request, answer) => {
      answer(transactions.endTxn(id, request));
    },
    DescribeTransactions: ({ id }, { transactionalIds }, answer) => {
      answer({ transactions: transactionalIds.map((one) => transactions.describe(id, one)) });
    },
    ListTransactions: ({ id }, request, answer) => {
      answer(transactions.list(id, request));
    },
    DescribeProducers: (broker, { partitions }, answer) => {
      answer({
        partitions: partitions.map((place) => {
          const found = leads(broker, place);
          if (typeof found === 'string') return { ...place, error: found, producers: [] };
          const producers = [...found.log.producers.states].map(([producerId, state]) => ({
            producerId: BigInt(producerId),
            epoch: state.epoch,
            coordinatorEpoch: state.coordinatorEpoch,
            openSince: BigInt(state.openSince),
            lastTimestamp: BigInt(state.lastTimestamp),
          }));
          return { ...place, error: 'NONE', producers };
        }),
      });
    },
    WriteTxnMarkers: (broker, { partitions, commit, ...request }, answer) => {
      const marker = {
        ...request,
        producerId: Number(request.producerId),
        bumpsEpoch: false,
        isCommit: commit,
        timestamp: environment.time(),
      };
      answer({
        partitions: partitions.map((place) => {
          const found = leads(broker, place);
          if (typeof found === 'string') return { ...place, error: found };
          const { error } = found.log.appendMarker(marker);
          found.changed();
          return { ...place, error };
        }),
      });
    },
  };

  function coordinatorIndex(kind: CoordinatorKind, key: string): number {
    return kind === 'group' ? groups.partitionOf(key).index : transactions.partitionOf(key).index;
  }
}
