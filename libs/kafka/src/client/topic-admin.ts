import type { Logger } from '@login-pipeline/observability';
import type { KafkaConnection } from './connection.ts';
import { createClient } from './connection.ts';
import { ConfigResourceTypes } from './kafkajs.ts';
import { retryRead } from './retry-read.ts';
import { connect } from './topics.ts';

/** A topic as it is to be. */
export interface TopicDefinition {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Topic configuration by name, e.g. `cleanup.policy`. */
  readonly config: Readonly<Record<string, string>>;
}

/** Creates topics and tells how existing ones are. */
export interface TopicAdmin {
  /** @returns the topics among these that exist, with the named configuration entries */
  describe(
    topics: readonly string[],
    configNames: readonly string[],
  ): Promise<readonly TopicDefinition[]>;
  /** Creates topics and waits for their leaders. */
  create(definitions: readonly TopicDefinition[]): Promise<void>;
  disconnect(): Promise<void>;
}

/** @throws KafkaUnavailableError when no broker answers */
export async function connectTopicAdmin(
  connection: KafkaConnection,
  logger: Logger,
): Promise<TopicAdmin> {
  const admin = createClient(connection, logger, 'start').admin();
  await connect(admin, connection);
  return {
    describe: async (topics, configNames) => {
      const all = new Set(await admin.listTopics());
      const existing = topics.filter((topic) => all.has(topic));
      if (existing.length === 0) return [];
      const metadata = await admin.fetchTopicMetadata({ topics: existing });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: existing.map((name) => ({
          type: ConfigResourceTypes.TOPIC,
          name,
          configNames: [...configNames],
        })),
      });
      return metadata.topics.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.length,
        replicationFactor: partitions[0]?.replicas.length ?? 0,
        config: Object.fromEntries(
          (resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? []).map(
            ({ configName, configValue }) => [configName, configValue],
          ),
        ),
      }));
    },
    create: async (definitions) => {
      await admin.createTopics({
        // kafkajs would give up where a broker has not heard of a new topic yet.
        waitForLeaders: false,
        topics: definitions.map(({ topic, partitions, replicationFactor, config }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        })),
      });
      const topics = definitions.map(({ topic }) => topic);
      await retryRead(() => admin.fetchTopicMetadata({ topics }));
    },
    disconnect: () => admin.disconnect(),
  };
}
