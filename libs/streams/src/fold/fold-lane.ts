import type { Cluster } from '../cluster/cluster.ts';
import type { EngineLane, InFlight } from '../engine/engine-lane.ts';
import type { Fetcher, FetchPosition } from '../fetch/fetcher.ts';
import { PartitionWork } from '../fetch/partition-work.ts';
import type { Piece, Reading } from '../fetch/pieces.ts';
import { compareWithLog, isAgreedOn } from '../positions/compare-with-log.ts';
import type { ComparedPosition, KeptPosition } from '../positions/compare-with-log.ts';
import { boundsOf, plainOffset } from '../positions/positions.ts';
import type { Clock } from '../ports.ts';
import type { ConsumedBatch } from '../records/record.ts';
import type { PlacedSnapshot } from '../snapshots/snapshot.ts';
import type { SnapshotSets } from '../snapshots/snapshot-sets.ts';
import type { PartitionProgress } from '../watch/progress.ts';
import type { FoldEvent } from './events.ts';
import { KeptState } from './kept-state.ts';
import { judgeOperator } from './operator-offset.ts';
import { StateMismatchError } from './state-mismatch.ts';
import type { FoldStates } from './states.ts';

/**
 * Folds a batch into the state of its partition, in one go: the state is saved as it is before or
 * after, whatever else the work waits for.
 */
export type FoldBatch = (batch: ConsumedBatch) => Promise<void>;

/** Surrounds the folding of a batch. */
export type AroundFold = (batch: ConsumedBatch, work: () => Promise<void>) => Promise<void>;

export interface FoldLaneOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly groupId: string;
  readonly topic: string;
  readonly fetcher: Fetcher;
  readonly reading: Reading;
  readonly progress: PartitionProgress;
  readonly states: FoldStates;
  readonly handle: FoldBatch;
  readonly around: AroundFold | undefined;
  /** @returns what snapshots there are, when all are read that were there when it was called */
  readonly snapshots: () => Promise<SnapshotSets>;
  /** Resolves when nothing of an earlier lane of the partition is under way. */
  readonly before: Promise<void>;
  /** Whether a restored state is saved even where nothing is new in it. */
  readonly savesRestored: boolean;
  readonly onRestored: (partition: number, snapshot: PlacedSnapshot) => void;
  readonly onEvent: (event: FoldEvent) => void;
}

interface ChosenSnapshot {
  readonly snapshot: PlacedSnapshot | undefined;
  readonly compared: ComparedPosition;
}

/**
 * One partition, for as long as it is the member's: restores its state, and folds its records into
 * that, one batch after another.
 */
export class FoldLane implements EngineLane {
  readonly partition: number;
  /** From when the state is restored on. */
  kept = new KeptState(undefined, []);
  readonly #options: FoldLaneOptions;
  readonly #work: PartitionWork;
  readonly #since: number;
  /** Resolves when it is closed. */
  readonly #closed: Promise<undefined>;
  #standing: FetchPosition | undefined;
  #inFlight: InFlight | undefined;
  #folding: Promise<void> = Promise.resolve();

  constructor(partition: number, options: FoldLaneOptions) {
    this.partition = partition;
    this.#options = options;
    const { onEvent, clock } = options;
    this.#since = clock.now();
    this.#work = new PartitionWork({
      ...options,
      partition,
      position: () => this.#position(),
      process: async (piece, position) => {
        if (this.#isOver()) return false;
        const folding = this.#fold(piece, position);
        this.#folding = folding.catch(() => undefined);
        await folding;
        return true;
      },
      onUnreadable: ({ message, place }) => {
        if (this.waiting !== message) onEvent({ kind: 'unreadable', place, message });
      },
      onWaiting: (reason) => {
        onEvent({ kind: 'waiting', partition, reason });
      },
    });
    this.#closed = new Promise((resolve) => {
      const onClosed = (): void => {
        resolve(undefined);
      };
      this.#work.signal.addEventListener('abort', onClosed, { once: true });
    });
  }

  get inFlight(): InFlight | undefined {
    return this.#inFlight;
  }

  get waiting(): string | undefined {
    return this.#work.waiting;
  }

  /** Where the state stands, in which log; undefined: it is not restored. */
  get standing(): FetchPosition | undefined {
    return this.#standing;
  }

  run(): Promise<void> {
    return this.#work.run();
  }

  close(): void {
    this.#work.close();
  }

  /** Resolves, after it is closed, when nothing is folded any more. */
  idle(): Promise<void> {
    return this.#folding;
  }

  /** Asked anew each time: it may end during any wait. */
  #isOver(): boolean {
    return this.#work.signal.aborted;
  }

  async #fold({ records, from, nextOffset }: Piece, position: FetchPosition): Promise<void> {
    const { topic, states, handle, around, clock, progress, onEvent } = this.#options;
    const { partition } = this;
    const next = BigInt(nextOffset);
    if (records.length > 0) {
      const batch = { topic, partition, records, nextOffset: next };
      const work = (): Promise<void> => handle(batch);
      this.#inFlight = { from: BigInt(from), records: records.length, since: clock.now() };
      try {
        await (around === undefined ? work() : around(batch, work));
      } finally {
        this.#inFlight = undefined;
      }
      onEvent({ kind: 'folded', partition, records: records.length });
    } else if (nextOffset > from) {
      states.advance(partition, next);
    }
    this.#standing = { ...position, offset: next };
    const last = records.at(-1);
    progress.advance(next, clock.now(), last && Number(last.timestamp));
    this.#work.wait(undefined);
  }

  /** @returns where to read; undefined while that is not known */
  async #position(): Promise<FetchPosition | undefined> {
    const { clock, progress } = this.#options;
    const standing = this.#standing;
    const position = standing === undefined ? await this.#restore() : await this.#goOn(standing);
    if (position !== undefined) progress.place(position.offset, clock.now());
    return position;
  }

  /** Looks whether the log still has what the state goes on with. */
  async #goOn(standing: FetchPosition): Promise<FetchPosition | undefined> {
    const { states, onEvent } = this.#options;
    const { partition } = this;
    const compared = await this.#compare(standing);
    if (compared === undefined) return undefined;
    const { resume, position } = compared;
    if (position.offset > standing.offset) {
      states.advance(partition, position.offset);
      onEvent({ kind: 'placed', partition, resume, from: standing.offset });
    }
    this.#standing = position;
    return position;
  }

  async #restore(): Promise<FetchPosition | undefined> {
    const { cluster, clock, groupId, topic, states, savesRestored, onEvent } = this.#options;
    const { before, snapshots: newest, onRestored } = this.#options;
    const { partition } = this;
    const snapshots = await Promise.race([before.then(newest), this.#closed]);
    if (snapshots === undefined) return undefined;
    const sets = snapshots.setsOf(partition);
    const chosen = await this.#choose(snapshots.found(partition), snapshots.left(partition));
    if (chosen === undefined) return undefined;
    const { snapshot, compared } = chosen;
    const { resume, position, end } = compared;
    if (!(await this.#areAllOf(position.topicId, snapshots))) return undefined;
    const committed = await plainOffset(cluster, groupId, topic, partition);
    if (this.#isOver()) return undefined;
    const start = position.offset;
    const verdict = judgeOperator(committed, { start, end });
    const offset = verdict === 'obeyed' ? (committed?.offset ?? start) : start;
    states.restore(partition, snapshot, offset);
    if (snapshot !== undefined) onRestored(partition, snapshot);
    this.#standing = { ...position, offset };
    // What is left of a snapshot is none to others.
    const isSaved = snapshot?.missing.length === 0 && !savesRestored;
    this.kept = new KeptState(isSaved ? snapshot.nextOffset : undefined, sets);
    onEvent({ kind: 'placed', partition, resume, from: snapshot?.nextOffset });
    if (verdict !== undefined && committed !== undefined) {
      onEvent({ kind: 'operator', partition, verdict, start, set: committed.offset, end });
    }
    onEvent({ kind: 'restored', partition, ms: clock.now() - this.#since });
    return this.#standing;
  }

  /**
   * @returns what loses least, compared with the log; undefined when it has to be looked at again
   * @throws StateMismatchError
   */
  async #choose(
    found: PlacedSnapshot | undefined,
    left: PlacedSnapshot | undefined,
  ): Promise<ChosenSnapshot | undefined> {
    const compared = await this.#compare(found && { ...found, offset: found.nextOffset });
    if (compared?.resume.kind !== 'expired' || left === undefined || left === found) {
      return compared && { snapshot: found, compared };
    }
    // Records are gone that the whole snapshot lacks: in what is left of a newer one they are counted.
    const newer = await this.#compare({ ...left, offset: left.nextOffset });
    return newer && { snapshot: left, compared: newer };
  }

  /** @returns undefined when it has to be looked at again @throws StateMismatchError */
  async #compare(kept: KeptPosition | undefined): Promise<ComparedPosition | undefined> {
    const { cluster, topic } = this.#options;
    const { partition } = this;
    const compared = await compareWithLog(cluster, topic, partition, kept);
    if (compared === undefined || kept === undefined || this.#isOver()) return compared;
    const { resume, position, end } = compared;
    // A state at offset 0 contains nothing, whatever topic that was nothing of.
    if (resume.kind === 'created-anew' && kept.offset === 0n) {
      return { ...compared, resume: { kind: 'fresh', offset: resume.offset } };
    }
    switch (resume.kind) {
      case 'fresh':
      case 'resume':
      case 'expired':
        return compared;
      case 'created-anew':
      case 'truncated':
      case 'impossible': {
        if (!(await isAgreedOn(cluster, topic, position.topicId))) return undefined;
        const endOfState = resume.kind === 'truncated' ? resume.offset : end;
        const place = { partition, nextOffset: kept.offset, end: endOfState };
        throw new StateMismatchError(resume.kind, topic, place);
      }
    }
  }

  /**
   * Other partitions' states are shown beside this one: of another topic they must not be.
   *
   * @returns false when it has to be looked at again
   * @throws StateMismatchError
   */
  async #areAllOf(topicId: string, snapshots: SnapshotSets): Promise<boolean> {
    const { cluster, topic } = this.#options;
    for (const partition of snapshots.partitions) {
      const { topicId: other, nextOffset = 0n } = snapshots.found(partition) ?? {};
      if (other === undefined || other === topicId || nextOffset === 0n) continue;
      if (!(await isAgreedOn(cluster, topic, topicId))) return false;
      const leader = cluster.leader(topic, partition);
      const end = leader && (await boundsOf(cluster, topic, partition, leader)).end;
      const place = { partition, nextOffset, end: end ?? 0n };
      throw new StateMismatchError('created-anew', topic, place);
    }
    return true;
  }
}
