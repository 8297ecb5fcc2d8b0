import type { Logger } from '@login-pipeline/observability';
import type { ClusterAdmin, DescribedTopic } from '@login-pipeline/streams';
import { OPERATOR } from '../operator-commands.ts';
import { notAuthorized } from '../security/rights.ts';
import type { Right } from '../security/rights.ts';
import { connectAdmin } from './admin.ts';
import type { KafkaConnection } from './connection.ts';
import { errorText, KafkaUnavailableError } from './errors.ts';
import { unusable } from './unusable.ts';

/** A topic and the setting that names it, so that messages can name both. */
export interface TopicRole {
  readonly topic: string;
  readonly setting: string;
}

/** A topic and what a service does with it. */
export interface TopicUse extends TopicRole {
  readonly operations: readonly ('Read' | 'Write' | 'Describe')[];
}

/** A topic that exists, with what a producer must know of it. */
export interface UsableTopic {
  readonly topic: string;
  readonly partitions: number;
  /** `max.message.bytes`: the largest record batch, in bytes, compressed or not. */
  readonly maxMessageBytes: number;
  /**
   * For how long it keeps a record by the record's own time, in ms; undefined: for ever, or by
   * another time, or not known.
   */
  readonly retentionMs: number | undefined;
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
  const { admin, close } = await connectAdmin(connection, logger);
  try {
    const wanted = Object.entries<TopicUse>(roles);
    const uses = wanted.map(([, use]) => use);
    const partitions = await countPartitions(admin, uses, connection);
    const settings = await settingsOf(admin, logger, [...partitions.keys()]);
    return Object.fromEntries(
      wanted.map(([role, { topic }]) => [
        role,
        {
          topic,
          partitions: partitions.get(topic) ?? 0,
          ...limitsIn(settings.get(topic) ?? {}),
        },
      ]),
    ) as Record<Role, UsableTopic>;
  } catch (error) {
    if (error instanceof KafkaUnavailableError) throw error;
    throw unusable(error, connection);
  } finally {
    await close();
  }
}

/** @throws KafkaUnavailableError that names each topic that does not exist or may not be used */
async function countPartitions(
  admin: ClusterAdmin,
  uses: readonly TopicUse[],
  { brokers }: KafkaConnection,
): Promise<ReadonlyMap<string, number>> {
  const { topics } = await admin.describe([...new Set(uses.map(({ topic }) => topic))]);
  const found = new Map(topics.map((topic) => [topic.topic, topic]));
  const lacking = uses.flatMap((use) => missingRights(use, found.get(use.topic)));
  if (lacking.length > 0) throw notAuthorized(lacking);
  const failing = uses.filter(({ topic }) => found.get(topic)?.error !== 'NONE');
  if (failing.length === 0) {
    return new Map(topics.map(({ topic, partitions }) => [topic, partitions.length]));
  }
  const names = failing.map(({ topic, setting }) => `"${topic}" (${setting})`).join(', ');
  throw new KafkaUnavailableError(
    'TOPIC_MISSING',
    `These topics do not exist on ${brokers.join(', ')}: ${names}. ` +
      `Create them with ${OPERATOR.createTopics} (those with the default names) or kafka-topics.sh, or name others by the settings.`,
  );
}

/** A right that is needed late is missed at the start, and not by the first record weeks later. */
function missingRights(use: TopicUse, found: DescribedTopic | undefined): readonly Right[] {
  // Of a topic that may not be seen, a broker does not even tell whether it exists.
  if (found?.error === 'TOPIC_AUTHORIZATION_FAILED') return rightsOf(use);
  const allowed = found?.operations;
  if (allowed === undefined) return [];
  return rightsOf({ ...use, operations: use.operations.filter((one) => !allowed.has(one)) });
}

/** @returns the rights that a use of a topic takes */
export function rightsOf({ topic, setting, operations }: TopicUse): readonly Right[] {
  return operations.map((operation) => ({ operation, resource: 'topic', name: topic, setting }));
}

type Settings = Readonly<Record<string, string>>;

const SETTINGS = ['max.message.bytes', 'retention.ms', 'cleanup.policy', 'message.timestamp.type'];

async function settingsOf(
  admin: ClusterAdmin,
  logger: Logger,
  topics: readonly string[],
): Promise<ReadonlyMap<string, Settings>> {
  try {
    return await admin.settings(topics, SETTINGS);
  } catch (error) {
    logger.warn(
      { topics, cause: errorText(error), assumed: DEFAULT_MAX_MESSAGE_BYTES },
      'max.message.bytes cannot be read (it takes the DescribeConfigs right); the default is assumed',
    );
    return new Map();
  }
}

function limitsIn(settings: Settings): Pick<UsableTopic, 'maxMessageBytes' | 'retentionMs'> {
  const retentionMs = Number(settings['retention.ms'] ?? -1);
  const isByOwnTime =
    settings['cleanup.policy']?.includes('delete') === true &&
    settings['message.timestamp.type'] === 'CreateTime';
  return {
    maxMessageBytes: Number(settings['max.message.bytes'] ?? DEFAULT_MAX_MESSAGE_BYTES),
    retentionMs: isByOwnTime && retentionMs >= 0 ? retentionMs : undefined,
  };
}
