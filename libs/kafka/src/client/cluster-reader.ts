import { createRequire } from 'node:module';
import type { Logger } from '@login-pipeline/observability';
import type { Kafka, PartitionMetadata } from 'kafkajs';
import { clusterMaker } from './clusters.ts';
import type { KafkaConnection } from './connection.ts';
import { createClient } from './connection.ts';
import { errorText } from './errors.ts';
import { connect } from './topics.ts';

/** A broker that answers. */
export interface BrokerView {
  readonly id: number;
  /** `host:port` */
  readonly address: string;
}

/** A partition as the brokers describe it. */
export interface PartitionView {
  readonly partition: number;
  /** Undefined while there is none. */
  readonly leader: number | undefined;
  /** Node ids, the preferred leader first. */
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
  /** Undefined while nobody leads. */
  readonly oldest: bigint | undefined;
  /** The high watermark: transactions that are still open count too. */
  readonly end: bigint | undefined;
}

export interface TopicView {
  readonly topic: string;
  readonly partitions: readonly PartitionView[];
}

/** A consumer group with what it has committed. */
export interface GroupView {
  readonly group: string;
  readonly members: number;
  /** Only what has been committed. */
  readonly committed: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly nextOffset: bigint;
  }[];
}

/** Everything that lag and the health of a cluster are told from. */
export interface ClusterView {
  readonly brokers: readonly BrokerView[];
  readonly topics: readonly TopicView[];
  readonly groups: readonly GroupView[];
}

/** Looks at a cluster as tools for operators do. */
export interface ClusterReader {
  /** What vanishes, or does not answer, while it is being looked at is left out. @throws when no broker answers */
  read(): Promise<ClusterView>;
  disconnect(): Promise<void>;
}

/**
 * Changes kafkajs for the whole process: call it in one that does nothing else with Kafka.
 *
 * @throws KafkaUnavailableError when no broker answers
 */
export async function connectClusterReader(
  connection: KafkaConnection,
  logger: Logger,
): Promise<ClusterReader> {
  const kafka = createClient(connection, logger, 'look');
  tolerateMissingLeaders();
  const admin = uncommittedAdmin(kafka);
  await connect(admin, connection);

  const orLeaveOut = async <T>(what: string, read: Promise<T>): Promise<T | undefined> => {
    try {
      return await read;
    } catch (error) {
      logger.debug({ what, cause: errorText(error) }, 'Left out');
      return undefined;
    }
  };
  const topicView = async (topic: string): Promise<TopicView | undefined> => {
    const metadata = await orLeaveOut(topic, admin.fetchTopicMetadata({ topics: [topic] }));
    const described = metadata?.topics[0]?.partitions;
    if (described === undefined) return undefined;
    const offsets = await orLeaveOut(topic, admin.fetchTopicOffsets(topic));
    const partitions = described.map((partition) => {
      const found = offsets?.find((offset) => offset.partition === partition.partitionId);
      return partitionView(partition, found);
    });
    return { topic, partitions };
  };
  const groupView = async (group: string): Promise<GroupView | undefined> => {
    const described = await orLeaveOut(group, admin.describeGroups([group]));
    const committed = await orLeaveOut(group, admin.fetchOffsets({ groupId: group }));
    if (described === undefined || committed === undefined) return undefined;
    return {
      group,
      members: described.groups[0]?.members.length ?? 0,
      committed: committed.flatMap(({ topic, partitions }) =>
        partitions
          .map(({ partition, offset }) => ({ topic, partition, nextOffset: BigInt(offset) }))
          .filter(({ nextOffset }) => nextOffset >= 0n),
      ),
    };
  };

  let groups: readonly { readonly groupId: string }[] = [];
  return {
    read: async () => {
      const { brokers } = await admin.describeCluster();
      const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
      // Every broker has to answer for a list: while one is dying the last one serves.
      groups = (await orLeaveOut('groups', admin.listGroups()))?.groups ?? groups;
      const [topicViews, groupViews] = await Promise.all([
        Promise.all(topics.map(topicView)),
        Promise.all(groups.map(({ groupId }) => groupView(groupId))),
      ]);
      return {
        brokers: brokers.map(({ nodeId, host, port }) => ({
          id: nodeId,
          address: `${host}:${port}`,
        })),
        topics: topicViews.filter((view) => view !== undefined),
        groups: groupViews.filter((view) => view !== undefined),
      };
    },
    disconnect: () => admin.disconnect(),
  };
}

function partitionView(
  { partitionId, leader, replicas, isr }: PartitionMetadata,
  offsets: { readonly low: string; readonly high: string } | undefined,
): PartitionView {
  return {
    partition: partitionId,
    leader: leader < 0 ? undefined : leader,
    replicas,
    inSync: isr,
    oldest: offsets && BigInt(offsets.low),
    end: offsets && BigInt(offsets.high),
  };
}

/** An admin client that sees high watermarks: kafkajs' own asks for last stable offsets and offers no choice. */
function uncommittedAdmin(kafka: Kafka): ReturnType<Kafka['admin']> {
  const { name, create } = clusterMaker<unknown>(kafka);
  const READ_UNCOMMITTED = 0;
  Object.assign(kafka, {
    [name]: (options: object) => create({ ...options, isolationLevel: READ_UNCOMMITTED }),
  });
  return kafka.admin();
}

interface MetadataResponse {
  parse: (data: {
    readonly topicMetadata: readonly { readonly topicErrorCode: number }[];
  }) => Promise<unknown>;
}

/** One partition without a leader makes kafkajs refuse what the brokers say about all topics. */
function tolerateMissingLeaders(): void {
  const require = createRequire(import.meta.url);
  for (const version of [0, 1, 2, 3, 4, 5, 6]) {
    const response = require(
      `kafkajs/src/protocol/requests/metadata/v${version}/response`,
    ) as MetadataResponse;
    const { parse } = response;
    response.parse = async (data) => {
      // With a fault of a topic itself, its refusal is right.
      const faulty = data.topicMetadata.some(({ topicErrorCode }) => topicErrorCode !== 0);
      return faulty ? parse(data) : data;
    };
  }
}
