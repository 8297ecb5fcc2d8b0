import type { Logger } from '@login-pipeline/observability';
import type { Admin } from 'kafkajs';
import { ConfigResourceTypes } from './kafkajs.ts';
import type { KafkaConnection } from './connection.ts';
import { createClient } from './connection.ts';
import { errorText, KafkaUnavailableError } from './errors.ts';

/** A topic and the setting that names it, so that messages can name both. */
export interface TopicRole {
  readonly topic: string;
  readonly setting: string;
}

/** A topic that exists, with what a producer must know of it. */
export interface UsableTopic {
  readonly topic: string;
  readonly partitions: number;
  /** `max.message.bytes`: the largest record batch, in bytes, compressed or not. */
  readonly maxMessageBytes: number;
}

/** Kafka's default of `max.message.bytes`, where the topic's configuration may not be read. */
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/**
 * Makes sure, before anything starts, that the brokers answer and the topics exist.
 *
 * @throws KafkaUnavailableError with one message that names every missing topic, its setting and the fix
 */
export async function requireTopics<Role extends string>(
  connection: KafkaConnection,
  logger: Logger,
  roles: Readonly<Record<Role, TopicRole>>,
): Promise<Readonly<Record<Role, UsableTopic>>> {
  const admin = createClient(connection, logger, 'start').admin();
  try {
    await connect(admin, connection);
    const existing = new Set(await admin.listTopics());
    const wanted = Object.entries<TopicRole>(roles);
    const missing = wanted.filter(([, { topic }]) => !existing.has(topic));
    if (missing.length > 0) {
      const names = missing.map(([, { topic, setting }]) => `"${topic}" (${setting})`).join(', ');
      throw new KafkaUnavailableError(
        `These topics do not exist, or may not be seen, on ${brokerList(connection)}: ${names}. ` +
          'Create them with "npm run topics", or name others by the settings.',
      );
    }
    const usable = await describe(admin, logger, [
      ...new Set(wanted.map(([, { topic }]) => topic)),
    ]);
    return Object.fromEntries(
      wanted.map(([role, { topic }]) => [role, usable.get(topic)]),
    ) as Record<Role, UsableTopic>;
  } catch (error) {
    if (error instanceof KafkaUnavailableError) throw error;
    throw new KafkaUnavailableError(
      `The brokers at ${brokerList(connection)} cannot be used: ${errorText(error)}`,
      { cause: error },
    );
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** @throws KafkaUnavailableError naming KAFKA_BROKERS and what to look at */
export async function connect(admin: Admin, connection: KafkaConnection): Promise<void> {
  try {
    await admin.connect();
  } catch (error) {
    throw new KafkaUnavailableError(
      `No broker answers at ${brokerList(connection)} (KAFKA_BROKERS): ${errorText(error)}. ` +
        'Is it running ("npm run kafka" starts one), and do KAFKA_SSL and KAFKA_SASL_* fit its listener?',
      { cause: error },
    );
  }
}

function brokerList({ brokers }: KafkaConnection): string {
  return brokers.join(', ');
}

async function describe(
  admin: Admin,
  logger: Logger,
  topics: readonly string[],
): Promise<ReadonlyMap<string, UsableTopic>> {
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: [...topics] });
  const limits = await maxMessageBytes(admin, logger, topics);
  return new Map(
    metadata.map(({ name, partitions }) => [
      name,
      {
        topic: name,
        partitions: partitions.length,
        maxMessageBytes: limits.get(name) ?? DEFAULT_MAX_MESSAGE_BYTES,
      },
    ]),
  );
}

async function maxMessageBytes(
  admin: Admin,
  logger: Logger,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const configNames = ['max.message.bytes'];
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        Number(configEntries[0]?.configValue ?? DEFAULT_MAX_MESSAGE_BYTES),
      ]),
    );
  } catch (error) {
    logger.warn(
      { topics, cause: errorText(error), assumed: DEFAULT_MAX_MESSAGE_BYTES },
      'max.message.bytes cannot be read (it takes the DescribeConfigs right); the default is assumed',
    );
    return new Map();
  }
}
