import type { Logger } from '@login-pipeline/observability';
import type { Admin } from 'kafkajs';
import { ConfigResourceTypes } from './kafkajs.ts';
import type { KafkaConnection } from './connection.ts';
import { createClient } from './connection.ts';
import type { Unreachable } from './broker-connect-fix.ts';
import { errorText, KafkaUnavailableError, protocolErrorOf, rootCause } from './errors.ts';
import { connectionAdvice } from '../security/connection-advice.ts';
import { notAuthorized } from '../security/rights.ts';
import type { Right } from '../security/rights.ts';

/** A topic and the setting that names it, so that messages can name both. */
export interface TopicRole {
  readonly topic: string;
  readonly setting: string;
}

/** A topic and what a service does with it. */
export interface TopicUse extends TopicRole {
  readonly operations: readonly ('Read' | 'Write')[];
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
 * Makes sure, before anything starts, that the brokers answer and the topics exist and may be used.
 *
 * @throws KafkaUnavailableError with one message that names every topic in question, its setting and the fix
 */
export async function requireTopics<Role extends string>(
  connection: KafkaConnection,
  logger: Logger,
  roles: Readonly<Record<Role, TopicUse>>,
): Promise<Readonly<Record<Role, UsableTopic>>> {
  const admin = createClient(connection, logger, 'start').admin();
  try {
    await connect(admin, connection);
    const wanted = Object.entries<TopicUse>(roles);
    await requireAll(
      admin,
      wanted.map(([, use]) => use),
      connection,
    );
    const usable = await describe(admin, logger, [
      ...new Set(wanted.map(([, { topic }]) => topic)),
    ]);
    return Object.fromEntries(
      wanted.map(([role, { topic }]) => [role, usable.get(topic)]),
    ) as Record<Role, UsableTopic>;
  } catch (error) {
    if (error instanceof KafkaUnavailableError) throw error;
    throw unusable(error, connection);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** @throws KafkaUnavailableError that names each topic that does not exist or may not be used */
async function requireAll(
  admin: Admin,
  uses: readonly TopicUse[],
  connection: KafkaConnection,
): Promise<void> {
  const visible = new Set(await admin.listTopics());
  const hidden = uses.filter(({ topic }) => !visible.has(topic));
  const refused: TopicUse[] = [];
  for (const use of hidden) if (await isRefused(admin, use.topic)) refused.push(use);
  if (refused.length > 0) throw notAuthorized(refused.flatMap(rightsOf));
  if (hidden.length === 0) return;
  const names = hidden.map(({ topic, setting }) => `"${topic}" (${setting})`).join(', ');
  throw new KafkaUnavailableError(
    `These topics do not exist on ${brokerList(connection)}: ${names}. ` +
      'Create them with "npm run topics" (those with the default names) or kafka-topics.sh, or name others by the settings.',
  );
}

/** Of a topic that may not be seen, a broker does not even tell whether it exists. */
async function isRefused(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] });
    return false;
  } catch (error) {
    return protocolErrorOf(error) === 'TOPIC_AUTHORIZATION_FAILED';
  }
}

/** @returns the rights that a use of a topic takes */
export function rightsOf({ topic, setting, operations }: TopicUse): readonly Right[] {
  return operations.map((operation) => ({ operation, resource: 'topic', name: topic, setting }));
}

/** @throws KafkaUnavailableError naming the setting to look at */
export async function connect(admin: Admin, connection: KafkaConnection): Promise<void> {
  try {
    await admin.connect();
  } catch (error) {
    throw unusable(error, connection);
  }
}

/** @returns what an error from the brokers ends a start with: it names the setting to look at */
export function unusable(error: unknown, connection: KafkaConnection): KafkaUnavailableError {
  return new KafkaUnavailableError(unusableText(error, connection), { cause: error });
}

function unusableText(error: unknown, connection: KafkaConnection): string {
  const brokers = `${brokerList(connection)} (KAFKA_BROKERS)`;
  const advice = connectionAdvice(error, connection);
  const root = rootCause(error) as Partial<Unreachable> | undefined;
  const { broker = '', advertisedBy } = root ?? {};
  if (advertisedBy !== undefined && !connection.brokers.includes(broker)) {
    const reason = advice === undefined ? '' : `; ${advice}`;
    return (
      `${brokers} answers, but ${errorText(error)}${reason}. Is that broker running, and is that an address that this ` +
      'host can reach?'
    );
  }
  return advice === undefined
    ? `No broker answers at ${brokers}: ${errorText(error)}. Is it running ("npm run kafka" starts one)?`
    : `The broker at ${brokers} cannot be used: ${advice}.`;
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
