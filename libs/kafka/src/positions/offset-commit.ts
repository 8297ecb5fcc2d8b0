import type { Kafka } from 'kafkajs';
import { clusterMaker } from '../client/clusters.ts';
import { retryRead } from '../client/retry-read.ts';

/** An offset to be committed, with the text beside it. */
export interface NewOffset {
  readonly partition: number;
  readonly offset: string;
  readonly metadata: string;
}

interface Commit {
  readonly groupId: string;
  readonly groupGenerationId: number;
  readonly memberId: string;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly NewOffset[] }[];
}

/** The part of kafkajs' cluster that is used. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(wanted: {
    readonly groupId: string;
  }): Promise<{ offsetCommit(commit: Commit): Promise<unknown> }>;
}

/** What stands for no member in an OffsetCommit; a coordinator takes it while the group has none (Kafka protocol guide). */
const NO_MEMBER = { groupGenerationId: -1, memberId: '' } as const;

/**
 * Commits offsets for a group without being a member: kafkajs' own `setOffsets` joins it, and writes no metadata.
 *
 * @throws what the coordinator refuses, such as UNKNOWN_MEMBER_ID when the group has members
 */
export async function commitOffsets(
  kafka: Kafka,
  groupId: string,
  topic: string,
  partitions: readonly NewOffset[],
): Promise<void> {
  const cluster = clusterMaker<Cluster>(kafka).create({ allowAutoTopicCreation: false });
  await cluster.connect();
  try {
    // The same offsets once more change nothing.
    await retryRead(async () => {
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      await coordinator.offsetCommit({ ...NO_MEMBER, groupId, topics: [{ topic, partitions }] });
    });
  } finally {
    await cluster.disconnect();
  }
}
