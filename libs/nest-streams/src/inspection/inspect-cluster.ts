import type { Logger } from '@login-pipeline/observability';
import { ProtocolError, TransactionInspection } from '@login-pipeline/streams';
import type { DescribedTopic, OpenTransaction } from '@login-pipeline/streams';
import { connectAdmin } from '../client/admin.ts';
import type { KafkaConnection } from '../client/connection.ts';
import { brokerErrorCode, errorText, KafkaUnavailableError } from '../client/errors.ts';
import { enginePorts } from '../engine/engine-ports.ts';
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
  /** Of a broker; undefined when they may not be read. */
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
  const { admin, wire, close } = await connectAdmin(connection, logger);
  const ports = enginePorts(wire);
  try {
    const cluster = await admin.describe('all');
    const { brokers, controller } = cluster;
    const all = new Map(cluster.topics.map((topic) => [topic.topic, topic]));
    const found = options.topics.flatMap((topic) => all.get(topic) ?? []);
    const existing = found.map(({ topic }) => topic);
    const topicSettings = await ifAllowed(() => admin.settings(existing, options.topicSettings));
    return {
      brokers: brokers.map(({ host, port }) => `${host}:${port}`),
      hasController: controller >= 0,
      brokerSettings: await ifAllowed(() => admin.brokerSettings(options.brokerSettings)),
      internalTopics: [...all.keys()].filter((topic) => topic.startsWith('__')),
      topics: found.map((topic) => topicFacts(topic, topicSettings?.get(topic.topic))),
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
    const code = brokerErrorCode(error) ?? 'BROKER_UNREACHABLE';
    throw new KafkaUnavailableError(code, `The brokers stopped answering: ${errorText(error)}`, {
      cause: error,
    });
  } finally {
    await close();
  }
}

function topicFacts(
  { topic, partitions }: DescribedTopic,
  settings: TopicFacts['settings'],
): TopicFacts {
  const numbers = (found: DescribedTopic['partitions']): readonly number[] =>
    found.map(({ partition }) => partition);
  return {
    topic,
    partitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? 0,
    underReplicated: numbers(
      partitions.filter(({ inSync, replicas }) => inSync.length < replicas.length),
    ),
    leaderless: numbers(partitions.filter(({ leader }) => leader < 0)),
    settings,
  };
}

/** @returns undefined when the brokers refuse it */
async function ifAllowed<Found>(ask: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
