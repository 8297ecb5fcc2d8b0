import type { OutgoingRecord } from '../records/record.ts';
import { BATCH_OVERHEAD, recordBytes } from '../records/record-size.ts';
import { eraseRecord, headRecord, isSectionName, sectionRecord } from './section-records.ts';
import type { SetOf } from './section-records.ts';
import type { LogIdentity, Section, Snapshot, ToldIn } from './snapshot.ts';

/** A section is larger than its topic takes: an operator has to let the topic take more. */
export class SnapshotTooLargeError extends Error {
  override readonly name = 'SnapshotTooLargeError';
  readonly code = 'SNAPSHOT_TOO_LARGE';
  readonly partition: number;
  /** Empty: the list of all sections. */
  readonly section: string;
  readonly bytes: number;
  /** What the topic takes, in bytes. */
  readonly takes: number;

  constructor(
    topic: string,
    {
      partition,
      section,
      bytes,
      takes,
    }: Pick<SnapshotTooLargeError, 'partition' | 'section' | 'bytes' | 'takes'>,
  ) {
    super(
      `Section "${section}" of the snapshot of partition ${partition} has ${bytes} bytes, and "${topic}" takes ${takes}`,
    );
    this.partition = partition;
    this.section = section;
    this.bytes = bytes;
    this.takes = takes;
  }
}

/** Where the records of a set go: sets do not go on elsewhere. */
export interface SetPlace {
  /** Of the topic of snapshots. */
  readonly topicId: string;
  readonly partition: number;
}

/** A set of which all is safely in its topic. */
export interface SavedSet {
  readonly set: string;
  readonly place: SetPlace;
  readonly nextOffset: bigint;
  readonly sections: ReadonlyMap<string, SavedSection>;
}

export interface SavedSection {
  readonly revision: number;
  /** At which it was written. */
  readonly nextOffset: bigint;
}

/** A snapshot with the topic that it is of for sure, and what of it is in the topic of snapshots. */
export type OwnSnapshot = Snapshot &
  LogIdentity & { readonly topicId: string; readonly saved: SavedSet | undefined };

/** What is to be written of a partition. */
export interface SectionPlan {
  /** What is there when all of it is written. */
  readonly saved: SavedSet;
  /** In this order. What is together goes into one batch: all of it is there then, or nothing. */
  readonly units: readonly (readonly OutgoingRecord[])[];
  readonly bytes: number;
}

export interface PlanningOptions extends ToldIn {
  readonly input: string;
  /** The topic of snapshots. */
  readonly topic: string;
  /** What it takes, in bytes of a section's value: see {@link maxSnapshotBytes}. */
  readonly maxSnapshotBytes: number;
  readonly maxMessageBytes: number;
  /** The most records of a batch. */
  readonly maxRecords: number;
  /** Epoch milliseconds. */
  readonly writtenMs: number;
}

/**
 * Plans what has changed, to be written behind what is there of the same set; all of the state as a
 * new set where there is none, or where the changes are too many for one batch. A new set may take
 * several: it counts from its head on, which comes last.
 *
 * @param place where the partition's records go now
 * @param newSet names a new set
 * @throws SnapshotTooLargeError
 */
export function planSections(
  partition: number,
  snapshot: OwnSnapshot,
  place: SetPlace,
  newSet: () => string,
  options: PlanningOptions,
): SectionPlan {
  const encode = encoder(partition, options);
  const { saved } = snapshot;
  if (saved?.place.topicId === place.topicId && saved.place.partition === place.partition) {
    const plan = increment(partition, snapshot, saved, encode, options);
    if (fits(plan.units[0] ?? [], options)) return plan;
  }
  return whole(partition, snapshot, { set: newSet(), place }, encode, options);
}

type Encode = (section: Section) => Buffer;

function encoder(partition: number, { topic, maxSnapshotBytes: takes }: PlanningOptions): Encode {
  const encoded = new Map<string, Buffer>();
  return (section) => {
    const { name } = section;
    if (!isSectionName(name)) throw new Error(`"${name}" is no name of a section`);
    const value = encoded.get(name) ?? section.encode();
    encoded.set(name, value);
    const bytes = value.length;
    if (bytes <= takes) return value;
    throw new SnapshotTooLargeError(topic, { partition, section: name, bytes, takes });
  };
}

function increment(
  partition: number,
  snapshot: OwnSnapshot,
  saved: SavedSet,
  encode: Encode,
  options: PlanningOptions,
): SectionPlan {
  const { nextOffset, sections } = snapshot;
  const { input, writtenMs } = options;
  const of = { input, partition, set: saved.set };
  const kept = new Map<string, SavedSection>();
  const records: OutgoingRecord[] = [];
  for (const section of sections) {
    const { name, revision } = section;
    const before = saved.sections.get(name);
    const isSame = before?.revision === revision;
    kept.set(name, isSame ? before : { revision, nextOffset });
    if (isSame) continue;
    records.push(sectionRecord(of, name, { value: encode(section), nextOffset }, writtenMs));
  }
  records.push(headOf(of, snapshot, kept, options));
  for (const name of saved.sections.keys()) {
    if (!kept.has(name)) records.push(eraseRecord(of, name, writtenMs));
  }
  return { saved: { ...saved, nextOffset, sections: kept }, units: [records], bytes: sum(records) };
}

function whole(
  partition: number,
  snapshot: OwnSnapshot,
  { set, place }: Pick<SavedSet, 'set' | 'place'>,
  encode: Encode,
  options: PlanningOptions,
): SectionPlan {
  const { nextOffset, sections } = snapshot;
  const { input, writtenMs } = options;
  const of = { input, partition, set };
  const kept = new Map(sections.map(({ name, revision }) => [name, { revision, nextOffset }]));
  const records: OutgoingRecord[] = sections.map((section) =>
    sectionRecord(of, section.name, { value: encode(section), nextOffset }, writtenMs),
  );
  records.push(headOf(of, snapshot, kept, options));
  const units = fits(records, options) ? [records] : records.map((record) => [record]);
  return { saved: { set, place, nextOffset, sections: kept }, units, bytes: sum(records) };
}

function headOf(
  of: SetOf,
  { nextOffset, topicId, leaderEpoch }: OwnSnapshot,
  kept: ReadonlyMap<string, SavedSection>,
  { topic, maxSnapshotBytes: takes, writtenMs, changesTopicId }: PlanningOptions,
): OutgoingRecord {
  const sections = new Map([...kept].map(([name, { nextOffset: at }]) => [name, at]));
  const head = { nextOffset, topicId, leaderEpoch, changesTopicId, sections };
  const record = headRecord(of, head, writtenMs);
  const bytes = record.value?.length ?? 0;
  const { partition } = of;
  if (bytes <= takes) return record;
  throw new SnapshotTooLargeError(topic, { partition, section: '', bytes, takes });
}

function fits(
  records: readonly OutgoingRecord[],
  { maxMessageBytes, maxRecords }: PlanningOptions,
): boolean {
  return records.length <= maxRecords && BATCH_OVERHEAD + sum(records) <= maxMessageBytes;
}

function sum(records: readonly OutgoingRecord[]): number {
  return records.reduce((bytes, record) => bytes + recordBytes(record), 0);
}
