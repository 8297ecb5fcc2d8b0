import { lastHeader } from '../records/headers.ts';
import type { ConsumedRecord } from '../records/record.ts';

/** The name of the one section of a snapshot that an earlier release wrote: the whole state. */
export const WHOLE = '';

/** A part of a partition's state, which is written when it has changed. */
export interface Section {
  /** 1 to 64 printable ASCII characters, no blank and no slash; another one for each section of a state. */
  readonly name: string;
  /** Another value for each content that the section has had since the state was restored. */
  readonly revision: number;
  /** @returns the content; asked for, if at all, before anything else happens to the state */
  encode(): Buffer;
}

/** A partition's state, in sections, and the next offset it belongs to. */
export interface Snapshot {
  readonly nextOffset: bigint;
  readonly sections: readonly Section[];
}

/** A snapshot as it was found in its topic. */
export interface FoundSnapshot {
  readonly nextOffset: bigint;
  /** When it was written, by the clock of its writer, epoch ms. */
  readonly writtenMs: number;
  /** By name; one that is as it was in the partition's last snapshot is the same object. */
  readonly sections: ReadonlyMap<string, Buffer>;
  /** The names of sections that the topic has lost: only where it has no whole snapshot of the partition. */
  readonly missing: readonly string[];
}

/** The log that an offset is of. */
export interface LogIdentity {
  /** Tells the topic from another one of the same name (KIP-516); undefined: an earlier release did not write it. */
  readonly topicId: string | undefined;
  /** The epoch in which the records below the offset were found valid (KIP-320); -1 where it is not known. */
  readonly leaderEpoch: number;
}

/** Id of the topic that has the changes which a snapshot contains. */
export interface ToldIn {
  /** The id of the topic that has them all; undefined: none is known to. */
  readonly changesTopicId: string | undefined;
}

/** A snapshot that was found, with the log that it is of. */
export type PlacedSnapshot = FoundSnapshot & LogIdentity & ToldIn;

/** The id of the topic whose records are folded, in snapshots and changes. */
export const TOPIC_ID_HEADER = 'topic-id';
/** In snapshots, the id of the topic that has all changes which they contain. */
export const CHANGES_TOPIC_HEADER = 'changes-topic-id';

/** Snapshots cannot be read: without them states are not known, and nothing must be guessed. */
export class SnapshotsUnreadableError extends Error {
  override readonly name = 'SnapshotsUnreadableError';
  readonly code = 'SNAPSHOTS_UNREADABLE';
}

/**
 * @param header which topic is asked for: by default the one whose records a snapshot or change comes of
 * @returns the id of the topic; undefined where the record does not say
 */
export function topicIdIn(
  headers: NonNullable<ConsumedRecord['headers']>,
  header = TOPIC_ID_HEADER,
): string | undefined {
  const topicId = lastHeader(headers, header) ?? '';
  return /^[0-9a-f]{32}$/.test(topicId) ? topicId : undefined;
}
