import { KafkaUnavailableError } from '../client/errors.ts';
import type { TopicRole, UsableTopic } from '../client/topics.ts';
import { requireTopics } from '../client/topics.ts';
import type { LatestRole, TransactionalOptions } from './transactional-options.ts';

/** The topics that transactions read and write. */
export interface TransactionalTopics {
  readonly input: UsableTopic;
  readonly output: UsableTopic;
  readonly deadLetter: UsableTopic;
  readonly latest: (UsableTopic & Pick<LatestRole, 'timeHeader'>) | undefined;
}

/** @throws KafkaUnavailableError when the brokers or one of the topics cannot be used */
export async function requireTransactionalTopics({
  connection,
  logger,
  input,
  output,
  deadLetter,
  latest,
}: TransactionalOptions): Promise<TransactionalTopics> {
  const uses = {
    input: { ...input, operations: ['Read'] },
    output: { ...output, operations: ['Write'] },
    deadLetter: { ...deadLetter, operations: ['Write'] },
  } as const;
  if (latest === undefined) {
    return { ...(await requireTopics(connection, logger, uses)), latest: undefined };
  }
  const topics = await requireTopics(connection, logger, {
    ...uses,
    latest: { ...latest, operations: ['Read', 'Write'] },
  });
  requireEqualPartitions(topics.input, input, topics.latest, latest);
  return { ...topics, latest: { ...topics.latest, timeHeader: latest.timeHeader } };
}

/** What is known of a partition's keys is in the partition of the same number. */
function requireEqualPartitions(
  input: UsableTopic,
  { setting: inputSetting }: TopicRole,
  latest: UsableTopic,
  { setting }: TopicRole,
): void {
  if (input.partitions === latest.partitions) return;
  throw new KafkaUnavailableError(
    'PARTITIONS_UNEQUAL',
    `"${latest.topic}" (${setting}) has ${latest.partitions} partitions and "${input.topic}" (${inputSetting}) ` +
      `${input.partitions}: they must have as many. Create a topic for ${setting} that has ${input.partitions}.`,
  );
}
