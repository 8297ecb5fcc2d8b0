import type { Cluster } from '../cluster/cluster.ts';
import type { FetchPosition } from '../fetch/fetcher.ts';
import { boundsOf, epochEndOf } from './positions.ts';
import { resume } from './resume.ts';
import type { CommittedPosition, Resume } from './resume.ts';

/** Where a partition was worked on, as that was kept. */
export interface KeptPosition extends CommittedPosition {
  /** -1 where it is not known. */
  readonly leaderEpoch: number;
}

/** Where a partition is to be read, and why there. */
export interface ComparedPosition {
  readonly resume: Resume;
  readonly position: FetchPosition;
  /** The log's end. */
  readonly end: bigint;
}

/**
 * Compares a position with the partition's log as it is now.
 *
 * @param kept undefined: there is none
 * @returns undefined when it has to be looked at again
 * @throws ProtocolError, UnansweredError, UnreachableError
 */
export async function compareWithLog(
  cluster: Cluster,
  topic: string,
  partition: number,
  kept: KeptPosition | undefined,
): Promise<ComparedPosition | undefined> {
  const leader = cluster.leader(topic, partition);
  const topicId = cluster.topic(topic)?.topicId;
  if (leader === undefined || topicId === undefined) {
    await cluster.refresh();
    return undefined;
  }
  // Another client may know sooner than this one that the topic was created anew: then the id that
  // is known here is the older one.
  const isOther = kept?.topicId !== undefined && kept.topicId !== topicId;
  if (isOther && !(await isAgreedOn(cluster, topic, topicId))) return undefined;
  const bounds = await boundsOf(cluster, topic, partition, leader);
  // An epoch of another topic says nothing.
  const epochEnd =
    kept?.topicId === topicId
      ? await epochEndOf(cluster, topic, partition, leader, kept.leaderEpoch)
      : undefined;
  const found = resume(kept, { ...bounds, topicId, epochEnd });
  const position = { topicId, offset: found.offset, leaderEpoch: leader.epoch };
  return { resume: found, position, end: bounds.end };
}

/** @returns whether all brokers know a topic by an id: if not, the metadata is asked for again */
export async function isAgreedOn(
  cluster: Cluster,
  topic: string,
  topicId: string,
): Promise<boolean> {
  const ids = await cluster.topicIds(topic);
  if (ids.size === 1 && ids.has(topicId)) return true;
  await cluster.refresh();
  return false;
}
