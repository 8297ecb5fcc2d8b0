import type { Logger } from '@login-pipeline/observability';
import type { DescribedTopic, LogBounds } from '@login-pipeline/streams';
import { connectAdmin, openAdmin } from './admin.ts';
import type { KafkaConnection } from './connection.ts';
import { errorText } from './errors.ts';

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
  /** Undefined while it has no leader. */
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

/** Everything from which lag and the health of a cluster are derived. */
export interface ClusterView {
  readonly brokers: readonly BrokerView[];
  readonly topics: readonly TopicView[];
  readonly groups: readonly GroupView[];
}

/** Looks at a cluster as tools for operators do. */
export interface ClusterReader {
  /** What vanishes, or does not answer, while it is being looked at is left out. @throws when no broker answers */
  read(): Promise<ClusterView>;
  close(): Promise<void>;
}

/** What does not answer at once is left out. */
const RETRY_FOR_MS = 0;

/** @throws KafkaUnavailableError when no broker answers */
export async function connectClusterReader(
  connection: KafkaConnection,
  logger: Logger,
): Promise<ClusterReader> {
  const first = await connectAdmin(connection, logger);
  await first.close();
  const { admin, close } = openAdmin(connection, logger, RETRY_FOR_MS);

  const orLeaveOut = async <T>(what: string, read: Promise<T>): Promise<T | undefined> => {
    try {
      return await read;
    } catch (error) {
      logger.debug({ what, cause: errorText(error) }, 'Left out');
      return undefined;
    }
  };
  const groupView = async (groupId: string): Promise<GroupView | undefined> => {
    const members = await orLeaveOut(groupId, admin.countMembers(groupId));
    const committed = await orLeaveOut(groupId, admin.committed(groupId));
    if (members === undefined || committed === undefined) return undefined;
    return {
      group: groupId,
      members,
      committed: committed.map(({ topic, partition, offset: nextOffset }) => ({
        topic,
        partition,
        nextOffset,
      })),
    };
  };

  let groups: readonly string[] = [];
  return {
    read: async () => {
      const cluster = await admin.describe('all');
      const topics = cluster.topics.filter(
        ({ error, topic }) => error === 'NONE' && !topic.startsWith('__'),
      );
      const described = { ...cluster, topics };
      const bounds = await orLeaveOut(
        'offsets',
        admin.answeredBounds(described, 'read_uncommitted'),
      );
      // Every broker has to answer for a list: while one is dying the last one serves.
      groups = (await orLeaveOut('groups', admin.groups())) ?? groups;
      const views = await Promise.all(groups.map(groupView));
      return {
        brokers: cluster.brokers.map(({ id, host, port }) => ({ id, address: `${host}:${port}` })),
        topics: topics.map((topic) => topicView(topic, bounds ?? [])),
        groups: views.filter((view) => view !== undefined),
      };
    },
    close,
  };
}

function topicView({ topic, partitions }: DescribedTopic, bounds: readonly LogBounds[]): TopicView {
  const found = new Map(
    bounds.filter((one) => one.topic === topic).map((one) => [one.partition, one]),
  );
  return {
    topic,
    partitions: partitions.map(({ partition, leader, replicas, inSync }) => ({
      partition,
      leader: leader < 0 ? undefined : leader,
      replicas,
      inSync,
      oldest: found.get(partition)?.earliest,
      end: found.get(partition)?.end,
    })),
  };
}
