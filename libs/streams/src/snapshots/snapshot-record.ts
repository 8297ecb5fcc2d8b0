import { lastHeader } from '../records/headers.ts';
import type { ConsumedRecord, OutgoingRecord, RecordHeader } from '../records/record.ts';
import { BATCH_OVERHEAD, recordBytes } from '../records/record-size.ts';

/** A partition's state, as bytes, and the next offset it belongs to. */
export interface Snapshot {
  readonly value: Buffer;
  readonly nextOffset: bigint;
}

/** A snapshot as it was found in its topic. */
export interface FoundSnapshot extends Snapshot {
  /** When it was written, by the clock of its writer, epoch ms. */
  readonly writtenMs: number;
}

/** The log that an offset is of. */
export interface LogIdentity {
  /** Tells the topic from another one of the same name (KIP-516); undefined: an earlier release did not write it. */
  readonly topicId: string | undefined;
  /** The epoch in which the records below the offset were found valid (KIP-320); -1 where it is not known. */
  readonly leaderEpoch: number;
}

/** A snapshot with the log that it is of. */
export type PlacedSnapshot = Snapshot & LogIdentity;

/** Repeats the snapshot's next offset outside its value, so that readers need not decode all to find the newest. */
export const NEXT_OFFSET_HEADER = 'next-offset';
/** The id of the topic whose records are folded, in snapshots and changes. */
export const TOPIC_ID_HEADER = 'topic-id';
const LEADER_EPOCH_HEADER = 'leader-epoch';

const LARGEST: PlacedSnapshot = {
  value: Buffer.alloc(0),
  nextOffset: 2n ** 63n - 1n,
  topicId: 'f'.repeat(32),
  leaderEpoch: 2 ** 31 - 1,
};

/**
 * @param writtenMs epoch milliseconds
 * @returns the record that keeps a snapshot; its key is the input partition, as Kafka writes it: `topic-3`
 */
export function snapshotRecord(
  input: string,
  partition: number,
  { value, nextOffset, topicId, leaderEpoch }: PlacedSnapshot,
  writtenMs: number,
): OutgoingRecord & { readonly key: Buffer } {
  const headers: RecordHeader[] = [[NEXT_OFFSET_HEADER, nextOffset.toString()]];
  if (topicId !== undefined) headers.push([TOPIC_ID_HEADER, topicId]);
  if (leaderEpoch >= 0) headers.push([LEADER_EPOCH_HEADER, String(leaderEpoch)]);
  return {
    key: Buffer.from(`${input}-${partition}`),
    value,
    headers,
    timestamp: String(writtenMs),
  };
}

/**
 * @param input the topic whose partitions are folded, with their number
 * @param maxMessageBytes of the topic of snapshots
 * @returns the most bytes of a snapshot that its topic takes
 */
export function maxSnapshotBytes(
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
  maxMessageBytes: number,
): number {
  const record = snapshotRecord(topic, partitions, LARGEST, Number.MAX_SAFE_INTEGER);
  return maxMessageBytes - BATCH_OVERHEAD - recordBytes(record);
}

/** Snapshots cannot be read: without them states are not known, and nothing must be guessed. */
export class SnapshotsUnreadableError extends Error {
  override readonly name = 'SnapshotsUnreadableError';
  readonly code = 'SNAPSHOTS_UNREADABLE';
}

/** A snapshot, and the input partition that it is of. */
export interface ReadSnapshot {
  readonly partition: number;
  readonly snapshot: FoundSnapshot & LogIdentity;
}

/**
 * @returns the snapshot that a record keeps; undefined when it keeps none, or one of another input
 * @throws SnapshotsUnreadableError when it is too large to have been read
 */
export function readSnapshot(
  { key, value, headers = [], timestamp, offset, omittedBytes }: ConsumedRecord,
  input: string,
): ReadSnapshot | undefined {
  const partition = partitionOfKey(key, input);
  if (partition === undefined) return undefined;
  if (omittedBytes !== undefined) {
    throw new SnapshotsUnreadableError(
      `The snapshot of partition ${partition} of "${input}", at offset ${offset} of its topic, is larger than that takes by now`,
    );
  }
  const nextOffset = lastHeader(headers, NEXT_OFFSET_HEADER) ?? '';
  if (value === null || !/^\d+$/.test(nextOffset)) return undefined;
  const epoch = lastHeader(headers, LEADER_EPOCH_HEADER) ?? '';
  return {
    partition,
    snapshot: {
      value,
      nextOffset: BigInt(nextOffset),
      writtenMs: Number(timestamp),
      topicId: topicIdIn(headers),
      leaderEpoch: /^\d+$/.test(epoch) ? Number(epoch) : -1,
    },
  };
}

/** @returns the id of the topic whose records a snapshot or change comes of; undefined where it does not say */
export function topicIdIn(headers: NonNullable<ConsumedRecord['headers']>): string | undefined {
  const topicId = lastHeader(headers, TOPIC_ID_HEADER) ?? '';
  return /^[0-9a-f]{32}$/.test(topicId) ? topicId : undefined;
}

/** @returns the partition a snapshot's key names, or undefined when it is of another topic */
export function partitionOfKey(key: Buffer | null, topic: string): number | undefined {
  const text = key?.toString() ?? '';
  const digits = text.slice(topic.length + 1);
  return text.startsWith(`${topic}-`) && /^\d+$/.test(digits) ? Number(digits) : undefined;
}
