import type { ConsumedRecord } from '../records/record.ts';
import { readPart } from './section-records.ts';
import type { HeadPart, SnapshotPart } from './section-records.ts';
import { WHOLE } from './snapshot.ts';
import type { PlacedSnapshot } from './snapshot.ts';

/** A record that a set still has in its log. */
export interface SetRecord {
  readonly set: string;
  /** Empty: the head. */
  readonly section: string;
  /** The partition of the topic of snapshots that it is in, and its offset there. */
  readonly place: number;
  readonly offset: string;
}

/** A set that has lost something: no snapshot can be made of it until all of it is written anew. */
export interface TornSet {
  readonly partition: number;
  readonly set: string;
  /** What its head says; undefined: it has none any more. */
  readonly nextOffset: bigint | undefined;
}

/** What the records since the last time have changed. */
export interface Settled {
  /** By input partition, newer whole snapshots. */
  readonly newer: ReadonlyMap<number, PlacedSnapshot>;
  readonly torn: readonly TornSet[];
}

interface StoredSection {
  value: Buffer;
  readonly nextOffset: bigint;
  readonly offset: string;
  isReplaced: boolean;
}

/** What the log has of the keys of one writer's run. */
class StoredSet {
  readonly set: string;
  readonly place: number;
  head: HeadPart | undefined;
  /** Of the head. */
  offset = '';
  readonly sections = new Map<string, StoredSection>();

  constructor(set: string, place: number) {
    this.set = set;
    this.place = place;
  }

  get isEmpty(): boolean {
    return this.head === undefined && this.sections.size === 0;
  }

  /** What the head lists, and the log has otherwise. */
  get missing(): readonly string[] {
    return [...(this.head?.sections ?? [])].flatMap(([name, at]) =>
      this.sections.get(name)?.nextOffset === at ? [] : [name],
    );
  }

  get isWhole(): boolean {
    return this.head !== undefined && this.missing.length === 0;
  }

  /** Whether it has lost something. A section newer than the head is not lost: its head is yet to come. */
  get isTorn(): boolean {
    const { head } = this;
    if (head === undefined) return false;
    return [...head.sections].some(
      ([name, at]) => (this.sections.get(name)?.nextOffset ?? -1n) < at,
    );
  }

  *records(): Generator<SetRecord> {
    const { set, place } = this;
    if (this.head !== undefined) yield { set, section: '', place, offset: this.offset };
    for (const [section, { offset }] of this.sections) yield { set, section, place, offset };
  }
}

interface KnownPartition {
  readonly sets: Map<string, StoredSet>;
  /** The newest whole snapshot that was ever there. */
  newest: PlacedSnapshot | undefined;
  /** How many records of its sets were taken. */
  taken: number;
}

/**
 * What the topic of snapshots says, record by record in the order of its logs. A set is whole when every section that
 * its head lists is there with the offset that the head says. The records of a batch are appended together, and
 * compaction keeps the last one of each key: so a whole set is a state as it was at the head's next offset, whatever
 * compaction has left, and whichever owners wrote between each other's records.
 */
export class SnapshotSets {
  readonly #input: string;
  readonly #partitions = new Map<number, KnownPartition>();
  /** Since the last time that it was settled. */
  readonly #touched = new Map<StoredSet, number>();
  #added: StoredSection[] = [];
  readonly #wholes = new Map<number, PlacedSnapshot>();
  #erased: TornSet[] = [];

  /** @param input the topic whose partitions the snapshots are of */
  constructor(input: string) {
    this.#input = input;
  }

  /** @returns the input partitions that there is something of */
  get partitions(): Iterable<number> {
    return this.#partitions.keys();
  }

  /** Takes the next record of a partition of the topic. @throws as {@link readPart} */
  take(place: number, record: ConsumedRecord): void {
    const part = readPart(record, this.#input);
    if (part === undefined) return;
    const { partition } = part;
    const known = this.#partition(partition);
    if (part.kind === 'whole') {
      this.#takeWhole(known, part);
      return;
    }
    known.taken += 1;
    const key = `${place} ${part.set}`;
    const stored = known.sets.get(key) ?? new StoredSet(part.set, place);
    known.sets.set(key, stored);
    this.#touched.set(stored, partition);
    const { offset } = record;
    if (part.kind === 'head') {
      stored.head = part;
      stored.offset = offset;
      return;
    }
    const { section } = part;
    const before = stored.sections.get(section);
    if (before !== undefined) before.isReplaced = true;
    if (part.kind === 'section') {
      const { value, nextOffset } = part;
      const added = { value, nextOffset, offset, isReplaced: false };
      stored.sections.set(section, added);
      this.#added.push(added);
      return;
    }
    if (section === '' && stored.head !== undefined) {
      stored.head = undefined;
      this.#erased.push({ partition, set: part.set, nextOffset: undefined });
    }
    stored.sections.delete(section);
    if (stored.isEmpty) known.sets.delete(key);
  }

  /** What was taken is what there is at the moment. @returns what is new in it @throws SnapshotsUnreadableError */
  settle(): Settled {
    const newer = new Map<number, PlacedSnapshot>();
    const torn = this.#erased;
    // It outlives what was fetched with it; a restore reads many versions, and keeps the last of them.
    for (const added of this.#added) {
      if (!added.isReplaced) added.value = Buffer.from(added.value);
    }
    for (const [partition, whole] of this.#wholes) {
      const [[name, value] = [WHOLE, Buffer.alloc(0)]] = whole.sections;
      this.#offer(partition, { ...whole, sections: new Map([[name, Buffer.from(value)]]) }, newer);
    }
    for (const [stored, partition] of this.#touched) {
      const { head, set } = stored;
      if (head === undefined) continue;
      if (stored.isTorn) torn.push({ partition, set, nextOffset: head.nextOffset });
      if (!stored.isWhole) continue;
      if (head.nextOffset <= this.#offsetOf(partition)) continue;
      this.#shareEqual(partition, stored);
      this.#offer(partition, snapshotOf(stored, head), newer);
    }
    this.#added = [];
    this.#wholes.clear();
    this.#touched.clear();
    this.#erased = [];
    return { newer, torn };
  }

  /**
   * What a partition is to be restored from when the topic is read to its end: the whole snapshot with the highest
   * next offset; only where there is none, what is {@link left} of one.
   */
  found(partition: number): PlacedSnapshot | undefined {
    return this.#partitions.get(partition)?.newest ?? this.left(partition);
  }

  /**
   * What is left of the newest snapshot, where it is newer than every whole one, when the topic is read to its end.
   * While it is read, what is there of a set that was written on says nothing.
   */
  left(partition: number): PlacedSnapshot | undefined {
    const { sets } = this.#partitions.get(partition) ?? {};
    let most: PlacedSnapshot | undefined;
    for (const stored of sets?.values() ?? []) {
      const { head } = stored;
      if (head === undefined || stored.isWhole) continue;
      if (head.nextOffset <= (most?.nextOffset ?? this.#offsetOf(partition))) continue;
      most = snapshotOf(stored, head);
    }
    return most;
  }

  /**
   * The partitions of which a head is newer than every whole snapshot, each with how many records of its sets were
   * taken: what belongs to the head may be yet to come.
   */
  get unsettled(): ReadonlyMap<number, number> {
    const unsettled = new Map<number, number>();
    for (const [partition, { sets, taken }] of this.#partitions) {
      const least = this.#offsetOf(partition);
      for (const { head, isWhole } of sets.values()) {
        if (head !== undefined && head.nextOffset > least && !isWhole) {
          unsettled.set(partition, taken);
        }
      }
    }
    return unsettled;
  }

  /** @returns the ids of all sets of a partition of which there is something */
  setsOf(partition: number): ReadonlySet<string> {
    const { sets = new Map<string, StoredSet>() } = this.#partitions.get(partition) ?? {};
    return new Set([...sets.values()].map(({ set }) => set));
  }

  /** @returns what some sets of a partition have in the log, the head of each first */
  *recordsOf(partition: number, ids: ReadonlySet<string>): Generator<SetRecord> {
    for (const stored of this.#partitions.get(partition)?.sets.values() ?? []) {
      if (ids.has(stored.set)) yield* stored.records();
    }
  }

  /** There is another topic: nothing of the old one counts. */
  clear(): void {
    this.#partitions.clear();
    this.#touched.clear();
    this.#wholes.clear();
    this.#added = [];
    this.#erased = [];
  }

  #partition(partition: number): KnownPartition {
    const known = this.#partitions.get(partition) ?? {
      sets: new Map(),
      newest: undefined,
      taken: 0,
    };
    this.#partitions.set(partition, known);
    return known;
  }

  #offsetOf(partition: number): bigint {
    return this.#partitions.get(partition)?.newest?.nextOffset ?? -1n;
  }

  #takeWhole(
    { newest }: KnownPartition,
    part: Extract<SnapshotPart, { readonly kind: 'whole' }>,
  ): void {
    const { partition, value, nextOffset, writtenMs, topicId, leaderEpoch } = part;
    const before = this.#wholes.get(partition) ?? newest;
    if (before !== undefined && before.nextOffset >= nextOffset) return;
    const sections = new Map([[WHOLE, value]]);
    const log = { topicId, leaderEpoch, changesTopicId: undefined };
    this.#wholes.set(partition, { nextOffset, writtenMs, sections, missing: [], ...log });
  }

  #offer(partition: number, snapshot: PlacedSnapshot, newer: Map<number, PlacedSnapshot>): void {
    if (snapshot.nextOffset <= this.#offsetOf(partition)) return;
    this.#partition(partition).newest = snapshot;
    newer.set(partition, snapshot);
  }

  /** A new owner writes all of a state: readers need not decode again what is as it was. */
  #shareEqual(partition: number, { sections }: StoredSet): void {
    const before = this.#partitions.get(partition)?.newest?.sections;
    for (const [name, stored] of sections) {
      const value = before?.get(name);
      if (value !== undefined && value !== stored.value && value.equals(stored.value)) {
        stored.value = value;
      }
    }
  }
}

function snapshotOf(stored: StoredSet, head: HeadPart): PlacedSnapshot {
  const { missing } = stored;
  const { nextOffset, writtenMs, topicId, leaderEpoch, changesTopicId } = head;
  const sections = new Map<string, Buffer>();
  for (const name of head.sections.keys()) {
    const value = stored.sections.get(name)?.value;
    if (value !== undefined && !missing.includes(name)) sections.set(name, value);
  }
  return { nextOffset, writtenMs, sections, missing, topicId, leaderEpoch, changesTopicId };
}
