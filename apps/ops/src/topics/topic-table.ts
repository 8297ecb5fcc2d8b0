import type { TopicDefinition } from '@login-pipeline/nest-streams/operations';
import { TOPICS } from '@login-pipeline/schema';

const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;

/** What a topic of the pipeline must be like; its partitions and replicas are the same for all. */
export interface PipelineTopic {
  readonly topic: string;
  /** Broker-side topic settings that differ from the broker's defaults or matter to us. */
  readonly config: Readonly<Record<string, string>>;
}

const deleted = { 'cleanup.policy': 'delete' };
const compacted = {
  'cleanup.policy': 'compact',
  // What is hot is rewritten every second: roll and clean early, or every start reads all old versions.
  'min.cleanable.dirty.ratio': '0.1',
  'segment.ms': String(10 * 60 * 1000),
  'segment.bytes': String(64 * MIB),
};

/** Every topic of the pipeline. */
export const TOPIC_TABLE: readonly PipelineTopic[] = [
  // Never compacted: that would take away logins a replay needs.
  { topic: TOPICS.userLogin, config: deleted },
  { topic: TOPICS.processedUserLogin, config: deleted },
  {
    topic: TOPICS.deadLetter,
    config: {
      ...deleted,
      // Retention counts from the failure: by the login's own time an old one would be deleted at once.
      'message.timestamp.type': 'LogAppendTime',
      'retention.ms': String(30 * DAY_MS),
      // Room for the added headers on top of a record of the largest size (1 MiB) the input takes.
      'max.message.bytes': String(2 * MIB),
    },
  },
  {
    topic: TOPICS.loginInsights,
    config: { ...compacted, 'max.message.bytes': String(2 * MIB) },
  },
  {
    topic: TOPICS.loginInsightCounts,
    config: {
      ...compacted,
      // Minutes are new keys for ever; a sink has them by then.
      'cleanup.policy': 'compact,delete',
      'retention.ms': String(30 * DAY_MS),
      'max.message.bytes': String(2 * MIB),
    },
  },
  {
    topic: TOPICS.userLastLogin,
    config: {
      'cleanup.policy': 'compact',
      // Many keys, each rewritten now and then: cleaned when half of it is outdated, and no later than after a day.
      'min.cleanable.dirty.ratio': '0.5',
      'max.compaction.lag.ms': String(DAY_MS),
      'segment.bytes': String(64 * MIB),
      'max.message.bytes': String(2 * MIB),
    },
  },
];

/** The settings whose difference makes a topic wrong, not just tuned otherwise. */
export const ESSENTIAL_SETTINGS = ['cleanup.policy', 'message.timestamp.type', 'max.message.bytes'];

/**
 * Compares a topic with its definition.
 *
 * @param partitions the wanted count; a topic that has more is fine, as it only ever grows
 * @returns one line per difference with the command of Kafka's own tools that mends it
 */
export function differences(
  definition: PipelineTopic,
  existing: TopicDefinition,
  partitions: number,
  brokers: string,
): string[] {
  const { topic } = definition;
  const lines: string[] = [];
  if (existing.partitions < partitions) {
    lines.push(
      `${topic} has ${existing.partitions} partition${existing.partitions === 1 ? '' : 's'}, wanted ${partitions}: kafka-topics.sh --bootstrap-server ${brokers} --alter --topic ${topic} --partitions ${partitions}`,
    );
  }
  for (const setting of ESSENTIAL_SETTINGS) {
    const wanted = definition.config[setting];
    const found = existing.config[setting];
    if (wanted === undefined || found === wanted) continue;
    if (setting === 'max.message.bytes' && Number(found) >= Number(wanted)) continue;
    lines.push(
      `${topic} has ${setting}=${found ?? ''}, wanted ${wanted}: kafka-configs.sh --bootstrap-server ${brokers} --alter --entity-type topics --entity-name ${topic} --add-config ${setting}=${wanted}`,
    );
  }
  return lines;
}
