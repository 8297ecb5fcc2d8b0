import { Failure } from '@login-pipeline/command';
import { connectAdmin } from '@login-pipeline/nest-streams/operations';
import type { ClusterAdmin } from '@login-pipeline/nest-streams/operations';
import { errorText } from '@login-pipeline/observability/error-text';
import { pino } from 'pino';
import { differences, ESSENTIAL_SETTINGS, TOPIC_TABLE } from './topic-table.ts';
import type { PipelineTopic } from './topic-table.ts';
import type { TopicSettings } from '../settings/settings.ts';

/**
 * Creates topics where they are missing and compares the others with their definitions.
 *
 * @param topics default: the pipeline's
 * @param onProgress told what was created
 * @returns one line per difference with the command that mends it
 * @throws {Failure} or KafkaUnavailableError when the brokers cannot be used or refuse
 */
export async function setUpTopics(
  settings: TopicSettings,
  onProgress: (line: string) => void,
  topics: readonly PipelineTopic[] = TOPIC_TABLE,
): Promise<string[]> {
  // What the client logs would only repeat the error that we report.
  const { admin, close } = await connectAdmin(settings.kafka, pino({ level: 'silent' }));
  try {
    return await createAndCompare(admin, settings, onProgress, topics);
  } catch (error) {
    throw new Failure(`The topics cannot be set up: ${errorText(error)}`);
  } finally {
    await close();
  }
}

async function createAndCompare(
  admin: ClusterAdmin,
  { kafka, partitions, replicationFactor }: TopicSettings,
  onProgress: (line: string) => void,
  topics: readonly PipelineTopic[],
): Promise<string[]> {
  const names = topics.map(({ topic }) => topic);
  const existing = await admin.definitions(names, ESSENTIAL_SETTINGS);
  const byName = new Map(existing.map((found) => [found.topic, found]));
  const missing = topics.filter(({ topic }) => !byName.has(topic));
  if (missing.length > 0) {
    await admin.createTopics(
      missing.map((wanted) => ({ ...wanted, partitions, replicationFactor })),
    );
    onProgress(`created topics: ${missing.map(({ topic }) => topic).join(', ')}`);
  }
  return topics.flatMap((wanted) => {
    const found = byName.get(wanted.topic);
    return found === undefined ? [] : differences(wanted, found, partitions, kafka.brokers.join());
  });
}
