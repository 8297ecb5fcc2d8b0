import type { UsableTopic } from '../client/topics.ts';
import { requireTopics } from '../client/topics.ts';
import type { SnapshotOptions } from './snapshot-options.ts';

/** The topics that a fold reads and writes. */
export interface SnapshotTopics {
  readonly input: UsableTopic;
  readonly snapshots: UsableTopic;
  readonly changes: UsableTopic | undefined;
}

/** @throws KafkaUnavailableError when the brokers or one of the topics cannot be used */
export async function requireSnapshotTopics({
  connection,
  logger,
  input,
  snapshots,
  changes,
}: SnapshotOptions): Promise<SnapshotTopics> {
  const uses = {
    input: { ...input, operations: ['Read'] },
    snapshots: { ...snapshots, operations: ['Read', 'Write'] },
  } as const;
  if (changes === undefined) {
    return { ...(await requireTopics(connection, logger, uses)), changes: undefined };
  }
  const written = { ...changes.topic, operations: ['Read', 'Write'] } as const;
  return requireTopics(connection, logger, { ...uses, changes: written });
}
