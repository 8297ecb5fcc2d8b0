import type { Logger } from '@login-pipeline/observability';
import { TransactionInspection } from '@login-pipeline/streams';
import type { OpenTransaction, Ports } from '@login-pipeline/streams';
import { kafkajsBatchEncoder, systemClock } from '@login-pipeline/streams-kafkajs';
import type { Admin, ConfigResourceTypes as ConfigResourceType } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import { errorText, KafkaUnavailableError } from '../client/errors.ts';
import { ConfigResourceTypes } from '../client/kafkajs.ts';
import { connect } from '../client/topics.ts';
import { openWire } from '../client/wire.ts';
import { groupFacts } from './group-facts.ts';
import type { GroupFacts, GroupName } from './group-facts.ts';
import { look } from './look.ts';
import type { Look } from './look.ts';

/** What to look at. */
export interface InspectionOptions {
  readonly topics: readonly string[];
  /** Topic and broker settings to read. */
  readonly topicSettings: readonly string[];
  readonly brokerSettings: readonly string[];
  readonly groups: readonly GroupName[];
}

/** What a cluster tells about itself. */
export interface ClusterFacts {
  readonly brokers: readonly string[];
  readonly hasController: boolean;
  /** Of the first broker; undefined when they may not be read. */
  readonly brokerSettings: Readonly<Record<string, string>> | undefined;
  /** Topics of the brokers' own that exist. */
  readonly internalTopics: readonly string[];
  /** Those that exist. */
  readonly topics: readonly TopicFacts[];
  readonly groups: readonly GroupFacts[];
  readonly openTransactions: Look<readonly OpenTransaction[]>;
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
  const admin = createClient(connection, logger, 'start').admin();
  await connect(admin, connection);
  const wire = openWire(connection, logger);
  const ports: Ports = { wire, clock: systemClock, encoder: kafkajsBatchEncoder };
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
      internalTopics: [...all].filter((topic) => topic.startsWith('__')),
      topics: await topicFacts(admin, existing, options.topicSettings),
      groups: await Promise.all(
        options.groups
          .filter(({ topic }) => all.has(topic))
          .map((group) => groupFacts(ports, group)),
      ),
      openTransactions: await look(async () => {
        const { open } = await new TransactionInspection(ports, existing).find();
        return open;
      }),
    };
  } catch (error) {
    throw new KafkaUnavailableError(`The brokers stopped answering: ${errorText(error)}`, {
      cause: error,
    });
  } finally {
    await wire.close();
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
