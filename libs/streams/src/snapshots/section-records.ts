import { lastHeader } from '../records/headers.ts';
import type { ConsumedRecord, OutgoingRecord, RecordHeader } from '../records/record.ts';
import { BATCH_OVERHEAD, recordBytes } from '../records/record-size.ts';
import {
  SnapshotsUnreadableError,
  CHANGES_TOPIC_HEADER,
  TOPIC_ID_HEADER,
  topicIdIn,
} from './snapshot.ts';
import type { LogIdentity, ToldIn } from './snapshot.ts';

/** The next offset of the state when a record of a snapshot was written, decimal. */
export const NEXT_OFFSET_HEADER = 'next-offset';
const LEADER_EPOCH_HEADER = 'leader-epoch';

/** The characters of the id of a set. */
export const SET_ID_LENGTH = 12;
const LONGEST_NAME = 64;
const NAME = /^[\x21-\x2e\x30-\x7e]{1,64}$/;
/**
 * What follows on the name of the input: its partition, and but in format 1 set and section, which
 * has no name in a head's key.
 */
const KEY = /^-(\d+)(?:\/([\w-]{1,32})\/([\x21-\x2e\x30-\x7e]{0,64}))?$/;
const LARGEST_OFFSET = 2n ** 63n - 1n;
/** Of heads. A snapshot of an earlier release has none. */
const FORMAT = 2;

/** The writers' runs in the topic of snapshots: each has keys of its own. */
export interface SetOf {
  readonly input: string;
  readonly partition: number;
  readonly set: string;
}

/** What a set's head says. */
export interface Head extends LogIdentity, ToldIn {
  readonly nextOffset: bigint;
  /** By name, the next offset at which each section was written. */
  readonly sections: ReadonlyMap<string, bigint>;
}

/** A head as it was read: of many only the last of a set is looked into. */
export class HeadPart implements Head {
  readonly kind = 'head';
  readonly partition: number;
  readonly set: string;
  readonly nextOffset: bigint;
  readonly writtenMs: number;
  readonly topicId: string | undefined;
  readonly leaderEpoch: number;
  readonly changesTopicId: string | undefined;
  /** Undefined when it is read: it is a view on what was fetched. */
  #list: Buffer | undefined;
  #sections: ReadonlyMap<string, bigint> = new Map();

  constructor(
    part: Pick<HeadPart, 'partition' | 'set' | 'nextOffset' | 'writtenMs'> & LogIdentity & ToldIn,
    list: Buffer,
  ) {
    this.partition = part.partition;
    this.set = part.set;
    this.nextOffset = part.nextOffset;
    this.writtenMs = part.writtenMs;
    this.topicId = part.topicId;
    this.leaderEpoch = part.leaderEpoch;
    this.changesTopicId = part.changesTopicId;
    this.#list = list;
  }

  /** @throws SnapshotsUnreadableError when it is of a later release */
  get sections(): ReadonlyMap<string, bigint> {
    if (this.#list !== undefined) {
      const sections = sectionsIn(this.#list);
      if (sections === undefined) {
        throw new SnapshotsUnreadableError(
          `A snapshot of partition ${this.partition}, at its offset ${this.nextOffset}, is of a later release`,
        );
      }
      this.#sections = sections;
      this.#list = undefined;
    }
    return this.#sections;
  }
}

/** What a record of the topic of snapshots is. */
export type SnapshotPart = { readonly partition: number } & (
  | ({
      readonly kind: 'whole';
      readonly value: Buffer;
      readonly nextOffset: bigint;
      readonly writtenMs: number;
    } & LogIdentity)
  | HeadPart
  | {
      readonly kind: 'section';
      readonly set: string;
      readonly section: string;
      readonly value: Buffer;
      readonly nextOffset: bigint;
    }
  /** @see eraseRecord */
  | { readonly kind: 'erased'; readonly set: string; readonly section: string }
);

type Keyed = OutgoingRecord & { readonly key: Buffer };

/** @returns the key by which the partition of all records of an input partition's snapshots is chosen */
export function partitionKey(input: string, partition: number): Buffer {
  return Buffer.from(`${input}-${partition}`);
}

/** @returns whether a section may have a name */
export function isSectionName(name: string): boolean {
  return NAME.test(name);
}

/** @param writtenMs epoch milliseconds @returns the record of one section */
export function sectionRecord(
  of: SetOf,
  section: string,
  { value, nextOffset }: { readonly value: Buffer; readonly nextOffset: bigint },
  writtenMs: number,
): Keyed {
  const headers: readonly RecordHeader[] = [[NEXT_OFFSET_HEADER, String(nextOffset)]];
  return { key: keyOf(of, section), value, headers, timestamp: String(writtenMs) };
}

/** @param writtenMs epoch milliseconds @returns the record that makes a snapshot of the sections of a set */
export function headRecord(
  of: SetOf,
  { nextOffset, topicId, leaderEpoch, changesTopicId, sections }: Head,
  writtenMs: number,
): Keyed {
  const headers: RecordHeader[] = [[NEXT_OFFSET_HEADER, String(nextOffset)]];
  if (topicId !== undefined) headers.push([TOPIC_ID_HEADER, topicId]);
  if (leaderEpoch >= 0) headers.push([LEADER_EPOCH_HEADER, String(leaderEpoch)]);
  if (changesTopicId !== undefined) headers.push([CHANGES_TOPIC_HEADER, changesTopicId]);
  const offsets = Object.fromEntries([...sections].map(([name, at]) => [name, String(at)]));
  const value = Buffer.from(JSON.stringify({ format: FORMAT, sections: offsets }));
  return { key: keyOf(of, ''), value, headers, timestamp: String(writtenMs) };
}

/** @param section empty: the head @returns the record after which compaction keeps nothing of a section */
export function eraseRecord(of: SetOf, section: string, writtenMs: number): Keyed {
  return { key: keyOf(of, section), value: null, timestamp: String(writtenMs) };
}

/**
 * @param input the topic whose partitions are folded, with their number
 * @param maxMessageBytes of the topic of snapshots
 * @returns the most bytes of a section that its topic takes
 */
export function maxSnapshotBytes(
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
  maxMessageBytes: number,
): number {
  const of = { input: topic, partition: partitions, set: 'x'.repeat(SET_ID_LENGTH) };
  const empty = { value: Buffer.alloc(0), nextOffset: LARGEST_OFFSET };
  const record = sectionRecord(of, 'x'.repeat(LONGEST_NAME), empty, Number.MAX_SAFE_INTEGER);
  return maxMessageBytes - BATCH_OVERHEAD - recordBytes(record);
}

/**
 * @returns what a record of the topic of snapshots is; undefined when it is of another input, or of none
 * @throws SnapshotsUnreadableError when it is too large to have been read
 */
export function readPart(
  { key, value, headers = [], timestamp, offset, omittedBytes }: ConsumedRecord,
  input: string,
): SnapshotPart | undefined {
  const text = key?.toString() ?? '';
  const match = text.startsWith(input) ? KEY.exec(text.slice(input.length)) : null;
  if (match === null) return undefined;
  const [, digits, set, section = ''] = match;
  const partition = Number(digits);
  if (omittedBytes !== undefined) {
    throw new SnapshotsUnreadableError(
      `The snapshot of partition ${partition} of "${input}", at offset ${offset} of its topic, is larger than that takes by now`,
    );
  }
  if (value === null) {
    return set === undefined ? undefined : { kind: 'erased', partition, set, section };
  }
  const at = lastHeader(headers, NEXT_OFFSET_HEADER) ?? '';
  if (!/^\d+$/.test(at)) return undefined;
  const nextOffset = BigInt(at);
  if (set !== undefined && section !== '') {
    return { kind: 'section', partition, set, section, value, nextOffset };
  }
  const epoch = lastHeader(headers, LEADER_EPOCH_HEADER) ?? '';
  const leaderEpoch = /^\d+$/.test(epoch) ? Number(epoch) : -1;
  const log = { topicId: topicIdIn(headers), leaderEpoch };
  const written = { partition, nextOffset, writtenMs: Number(timestamp), ...log };
  if (set === undefined) return { kind: 'whole', value, ...written };
  const changesTopicId = topicIdIn(headers, CHANGES_TOPIC_HEADER);
  return new HeadPart({ set, ...written, changesTopicId }, value);
}

function keyOf({ input, partition, set }: SetOf, section: string): Buffer {
  return Buffer.from(`${input}-${partition}/${set}/${section}`);
}

/** @returns what a head lists; undefined when it is none that this release writes */
function sectionsIn(value: Buffer): ReadonlyMap<string, bigint> | undefined {
  let head: unknown;
  try {
    head = JSON.parse(value.toString());
  } catch {
    return undefined;
  }
  if (typeof head !== 'object' || head === null) return undefined;
  if (!('format' in head && 'sections' in head) || head.format !== FORMAT) return undefined;
  const sections = new Map<string, bigint>();
  for (const [name, at] of Object.entries(head.sections ?? {})) {
    if (typeof at !== 'string' || !/^\d+$/.test(at)) return undefined;
    sections.set(name, BigInt(at));
  }
  return sections;
}
