import type { Cluster } from '../cluster/cluster.ts';
import { isRetriable } from '../cluster/protocol-error.ts';
import type { UnreadableBatchError } from '../fetch/errors.ts';
import { Fetcher } from '../fetch/fetcher.ts';
import type { FetchPosition } from '../fetch/fetcher.ts';
import { PartitionWork } from '../fetch/partition-work.ts';
import type { Piece, Reading } from '../fetch/pieces.ts';
import { compareWithLog, isAgreedOn } from '../positions/compare-with-log.ts';
import { stableEnds } from '../positions/positions.ts';
import type { Clock } from '../ports.ts';
import { Alarm } from '../timing/alarm.ts';
import { PartitionProgress } from '../watch/progress.ts';
import { StalledError } from '../watch/stalled-error.ts';
import { SnapshotsUnreadableError } from './snapshot.ts';
import type { PlacedSnapshot } from './snapshot.ts';
import { SnapshotSets } from './snapshot-sets.ts';
import type { TornSet } from './snapshot-sets.ts';

/** What became of the topic of snapshots: there is another one of its name, or some of its newest records are gone. */
export type SnapshotsGone = 'created-anew' | 'truncated';

export interface SnapshotFollowerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** The topic of snapshots. */
  readonly topic: string;
  /** The topic whose partitions they are of. */
  readonly input: string;
  /** Those that wait for snapshots may hold memory of the input: it takes none of that. */
  readonly reading: Reading;
  /** For how long nothing may be read of what is there, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** A newer snapshot of a partition arrived, all of it. What it throws ends all. */
  readonly onSnapshot: (partition: number, snapshot: PlacedSnapshot) => void;
  /**
   * Records of a set were erased that belong to it: its writer, if it is still at work, has to
   * write all of it again.
   */
  readonly onTorn: (torn: TornSet) => void;
  /** Snapshots that were in the topic are not there any more: their writers have to write them again. */
  readonly onGone: (how: SnapshotsGone) => void;
  readonly onFatal: (error: unknown) => void;
}

/** How often new partitions are looked for, and whether brokers answer who is waited for, in milliseconds. */
const LOOK_MS = 1_000;
/** A batch that was damaged on its way is whole the next time; one that is damaged on the broker takes an operator. */
const READ_ATTEMPTS = 3;

/**
 * Reads the whole topic of snapshots, from its beginning and for as long as it is wanted, without a
 * group, and keeps the newest snapshot of every partition. Newest is the one with the highest next
 * offset, not the last one in the log: an owner that was frozen may still write an old one.
 */
export class SnapshotFollower {
  readonly #options: SnapshotFollowerOptions;
  readonly #fetcher: Fetcher;
  readonly #alarm: Alarm;
  readonly #works = new Map<number, PartitionWork>();
  readonly #sets: SnapshotSets;
  /** Where each partition of the topic goes on. */
  readonly #positions = new Map<number, FetchPosition>();
  readonly #waiting = new Set<() => void>();
  /** The topic that is read. */
  #topicId: string | undefined;
  #isClosed = false;

  constructor(options: SnapshotFollowerOptions) {
    this.#options = options;
    const { cluster, clock, topic, input, onFatal } = options;
    this.#sets = new SnapshotSets(input);
    this.#alarm = new Alarm(clock);
    const channel = 'follow';
    this.#fetcher = new Fetcher({ cluster, clock, topic, lingerMs: 0, channel, onFatal });
  }

  /** Reads until it is closed. */
  start(): void {
    this.#run().catch(this.#options.onFatal);
  }

  /** What waits to be caught up waits no longer. */
  close(): void {
    this.#isClosed = true;
    this.#alarm.ring();
    for (const work of this.#works.values()) work.close();
    this.#fetcher.close();
    this.#wake();
  }

  /** What is in the topic, as far as it is read. */
  get sets(): SnapshotSets {
    return this.#sets;
  }

  /**
   * Waits until everything is read that is in the topic now, or until it is closed. A broker that
   * does not answer is waited for.
   *
   * @throws StalledError when brokers answer, and nothing is read
   */
  async caughtUp(): Promise<void> {
    await this.#readToEnds();
    // A writer that goes on, and compaction behind it, may have left of a set what is below the
    // ends, and the rest is above them.
    let before = this.#sets.unsettled;
    while (before.size > 0 && !this.#isClosed) {
      await this.#readToEnds();
      const now = this.#sets.unsettled;
      if ([...now].every(([partition, taken]) => before.get(partition) === taken)) return;
      before = now;
    }
  }

  async #readToEnds(): Promise<void> {
    const { topic, clock, stallTimeoutMs } = this.#options;
    let bounds = await this.#ends();
    let movedAt = clock.now();
    while (!this.#isClosed && !this.#isReadTo(bounds)) {
      const isMoving = await this.#moves();
      if (isMoving && bounds?.topicId === this.#topicId) {
        movedAt = clock.now();
        continue;
      }
      const now = await this.#ends();
      if (now === undefined) movedAt = clock.now();
      if (bounds?.topicId !== now?.topicId) bounds = now;
      const stalledMs = clock.now() - movedAt;
      if (stalledMs >= stallTimeoutMs) {
        throw new StalledError(
          `Nothing more of "${topic}" could be read for ${Math.round(stalledMs / 1_000)} s`,
        );
      }
    }
  }

  async #run(): Promise<void> {
    const { cluster, topic } = this.#options;
    while (!this.#isClosed) {
      const partitions = cluster.topic(topic)?.partitions ?? this.#works.size;
      for (let partition = this.#works.size; partition < partitions; partition += 1) {
        this.#follow(partition);
      }
      // The topic was created anew with fewer of them.
      for (let partition = partitions; this.#works.has(partition); partition += 1) {
        this.#works.get(partition)?.close();
        this.#works.delete(partition);
      }
      await this.#alarm.sleep(LOOK_MS);
    }
  }

  #follow(partition: number): void {
    let attempts = 0;
    const work = new PartitionWork({
      ...this.#options,
      partition,
      fetcher: this.#fetcher,
      // What waits to be caught up watches over it.
      progress: new PartitionProgress(),
      position: () => this.#position(partition),
      process: (piece, position) => {
        attempts = 0;
        return Promise.resolve(this.#take(partition, piece, position));
      },
      onUnreadable: (error: UnreadableBatchError) => {
        attempts += 1;
        if (attempts < READ_ATTEMPTS) return;
        throw new SnapshotsUnreadableError(error.message, { cause: error });
      },
      onWaiting: () => undefined,
    });
    this.#works.set(partition, work);
    work.run().catch(this.#options.onFatal);
  }

  /** @returns where to read a partition of the topic; undefined while that is not known */
  async #position(partition: number): Promise<FetchPosition | undefined> {
    const { cluster, topic, onGone } = this.#options;
    const kept = this.#positions.get(partition);
    const compared = await compareWithLog(cluster, topic, partition, kept);
    if (compared === undefined || this.#isClosed) return undefined;
    const { position, resume } = compared;
    if (this.#topicId !== position.topicId) {
      const isFirst = this.#topicId === undefined;
      if (!isFirst && !(await isAgreedOn(cluster, topic, position.topicId))) return undefined;
      this.#beginAnew(position.topicId);
      if (!isFirst) onGone('created-anew');
    }
    this.#moveTo(partition, position);
    if (resume.kind === 'truncated') onGone('truncated');
    return position;
  }

  #beginAnew(topicId: string): void {
    this.#topicId = topicId;
    this.#positions.clear();
    this.#sets.clear();
  }

  /** @returns whether it is of the topic that is read */
  #take(partition: number, { records, nextOffset }: Piece, position: FetchPosition): boolean {
    if (position.topicId !== this.#topicId) return false;
    const { onSnapshot, onTorn } = this.#options;
    for (const record of records) this.#sets.take(partition, record);
    // A restore reads up to an hour of versions: who decodes them all is busy with what is outdated.
    const { newer, torn } = this.#sets.settle();
    for (const [of, snapshot] of newer) onSnapshot(of, snapshot);
    for (const set of torn) onTorn(set);
    this.#moveTo(partition, { ...position, offset: BigInt(nextOffset) });
    return true;
  }

  #moveTo(partition: number, position: FetchPosition): void {
    this.#positions.set(partition, position);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Waits until something is read. @returns false when nothing is for some time */
  async #moves(): Promise<boolean> {
    const timer = new AbortController();
    const moved = new Promise<boolean>((resolve) => {
      this.#waiting.add(() => {
        resolve(true);
      });
    });
    const late = this.#options.clock.sleep(LOOK_MS, timer.signal).then(
      () => false,
      () => true,
    );
    const hasMoved = await Promise.race([moved, late]);
    timer.abort();
    return hasMoved;
  }

  /** @returns where the partitions of the topic end; undefined when not all brokers tell */
  async #ends(): Promise<Bounds | undefined> {
    const { cluster, topic } = this.#options;
    try {
      const known = cluster.topic(topic);
      if (known !== undefined) {
        const ends = await stableEnds(cluster, topic);
        const isSame = cluster.topic(topic)?.topicId === known.topicId;
        if (isSame && ends.size === known.partitions) return { topicId: known.topicId, ends };
      }
      await cluster.refresh();
    } catch (error) {
      if (!isRetriable(error)) throw error;
    }
    return undefined;
  }

  #isReadTo(bounds: Bounds | undefined): boolean {
    if (bounds === undefined || bounds.topicId !== this.#topicId) return false;
    return [...bounds.ends].every(
      ([partition, end]) => (this.#positions.get(partition)?.offset ?? -1n) >= end,
    );
  }
}

/** Where a topic's partitions end. */
interface Bounds {
  readonly topicId: string;
  readonly ends: ReadonlyMap<number, bigint>;
}
