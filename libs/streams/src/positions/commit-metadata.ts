import type { FlowCounts } from '../plan/flow.ts';
import { decodeFlow, encodeFlow } from '../plan/flow.ts';

/** What is committed with an offset, besides its leader epoch. */
export interface CommitMetadata {
  readonly flow: FlowCounts;
  /** The topic that the offset is of; undefined where a tool has set it. */
  readonly topicId: string | undefined;
}

const TOPIC_ID = /^(.*) topic-id=([0-9a-f]{32})$/;

/** Writes it as text: coordinators keep it with the offset, and tools show it. */
export function encodeCommitMetadata({ flow, topicId }: CommitMetadata): string {
  return topicId === undefined ? encodeFlow(flow) : `${encodeFlow(flow)} topic-id=${topicId}`;
}

/**
 * Reads what {@link encodeCommitMetadata} wrote, and what tools set instead.
 *
 * @param nextOffset the committed offset that the metadata belongs to
 */
export function decodeCommitMetadata(metadata: string, nextOffset: bigint): CommitMetadata {
  const [, counts = metadata, topicId] = TOPIC_ID.exec(metadata) ?? [];
  return { flow: decodeFlow(counts, nextOffset), topicId };
}
