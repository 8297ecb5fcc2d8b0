import type { Logger } from '@login-pipeline/observability';
import type { Admin, ConfigResourceTypes as ConfigResourceType } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import { errorText, KafkaUnavailableError } from '../client/errors.ts';
import { ConfigResourceTypes } from '../client/kafkajs.ts';
import { retryRead } from '../client/retry-read.ts';
import { connect } from '../client/topics.ts';
import { openTransactions } from './open-transactions.ts';
import type { OpenTransaction } from './open-transactions.ts';

/** What to look at. */
export interface InspectionOptions {
  readonly topics: readonly string[];
  /** Topic and broker settings to read. */
  readonly topicSettings: readonly string[];
  readonly brokerSettings: readonly string[];
  /** Consumer groups, each with the topic that it reads. */
  readonly groups: readonly { readonly groupId: string; readonly topic: string }[];
}

/** What a cluster tells about itself. */
export interface ClusterFacts {
  readonly brokers: readonly string[];
  readonly hasController: boolean;
  /** Of the first broker; undefined when they may not be read. */
  readonly brokerSettings: Readonly<Record<string, string>> | undefined;
  /** Those that exist. */
  readonly topics: readonly TopicFacts[];
  readonly groups: readonly GroupFacts[];
  readonly openTransactions: readonly OpenTransaction[];
}

export interface TopicFacts {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Partitions with fewer replicas in sync than they have. */
  readonly underReplicated: readonly number[];
  readonly leaderless: readonly number[];
  /** undefined when they may not be read. */
  readonly settings: Readonly<Record<string, string>> | undefined;
}

export interface GroupFacts {
  readonly groupId: string;
  readonly topic: string;
  /** As the coordinator calls it: Stable, Empty, Dead and others. */
  readonly state: string;
  readonly members: number;
  /** Records between the committed offsets and the ends; undefined when nothing is committed. */
  readonly lag: bigint | undefined;
}

/**
 * Looks at a cluster without changing anything.
 *
 * @throws KafkaUnavailableError when no broker answers
 */
export async function inspectCluster(
  connection: KafkaConnection,
  logger: Logger,
  options: InspectionOptions,
): Promise<ClusterFacts> {
  const kafka = createClient(connection, logger, 'start');
  const admin = kafka.admin();
  await connect(admin, connection);
  try {
    const { brokers, controller } = await admin.describeCluster();
    const [first] = brokers;
    const all = new Set(await admin.listTopics());
    const existing = options.topics.filter((topic) => all.has(topic));
    return {
      brokers: brokers.map(({ host, port }) => `${host}:${port}`),
      hasController: controller !== null && controller >= 0,
      brokerSettings:
        first === undefined
          ? undefined
          : (
              await settingsOf(
                admin,
                ConfigResourceTypes.BROKER,
                [String(first.nodeId)],
                options.brokerSettings,
              )
            )?.get(String(first.nodeId)),
      topics: await topicFacts(admin, existing, options.topicSettings),
      groups: await Promise.all(
        options.groups
          .filter(({ topic }) => all.has(topic))
          .map(({ groupId, topic }) => groupFacts(admin, groupId, topic)),
      ),
      openTransactions: await openTransactions(kafka, admin, existing),
    };
  } catch (error) {
    throw new KafkaUnavailableError(`The brokers stopped answering: ${errorText(error)}`, {
      cause: error,
    });
  } finally {
    await admin.disconnect();
  }
}

async function topicFacts(
  admin: Admin,
  topics: readonly string[],
  names: readonly string[],
): Promise<readonly TopicFacts[]> {
  if (topics.length === 0) return [];
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
  const settings = await settingsOf(admin, ConfigResourceTypes.TOPIC, topics, names);
  return metadata.topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? 0,
    underReplicated: partitions
      .filter(({ isr, replicas }) => isr.length < replicas.length)
      .map(({ partitionId }) => partitionId),
    leaderless: partitions.filter(({ leader }) => leader < 0).map(({ partitionId }) => partitionId),
    settings: settings?.get(name),
  }));
}

/** @returns undefined when the settings may not be read */
async function settingsOf(
  admin: Admin,
  type: ConfigResourceType,
  resources: readonly string[],
  configNames: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>> | undefined> {
  try {
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: resources.map((name) => ({ type, name, configNames: [...configNames] })),
    });
    return new Map(
      described.resources.map(({ resourceName, configEntries }) => [
        resourceName,
        Object.fromEntries(
          configEntries.map(({ configName, configValue }) => [configName, configValue]),
        ),
      ]),
    );
  } catch {
    return undefined;
  }
}

async function groupFacts(admin: Admin, groupId: string, topic: string): Promise<GroupFacts> {
  const { groups } = await retryRead(() => admin.describeGroups([groupId]));
  const [committed] = await retryRead(() => admin.fetchOffsets({ groupId, topics: [topic] }));
  const ends = await admin.fetchTopicOffsets(topic);
  const offsets = new Map(
    committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]),
  );
  const isNew = [...offsets.values()].every((offset) => offset < 0n);
  let lag = 0n;
  for (const { partition, low, high } of ends) {
    const offset = offsets.get(partition) ?? -1n;
    const behind = BigInt(high) - (offset < 0n ? BigInt(low) : offset);
    if (behind > 0n) lag += behind;
  }
  return {
    groupId,
    topic,
    state: groups[0]?.state ?? 'Unknown',
    members: groups[0]?.members.length ?? 0,
    lag: isNew ? undefined : lag,
  };
}
