import type { Cluster } from '../cluster/cluster.ts';
import type { Member } from '../group/member.ts';
import { snapshotMark } from '../positions/position-mark.ts';
import type { Clock } from '../ports.ts';
import type { OffsetToCommit } from '../protocol/group-apis.ts';
import type { ChangesWriter } from '../snapshots/changes-writer.ts';
import type { OwnSnapshot } from '../snapshots/section-plan.ts';
import type { SnapshotWriter } from '../snapshots/snapshot-writer.ts';
import type { SetCleaner } from '../snapshots/set-cleaner.ts';
import type { SetRecord, SnapshotSets, TornSet } from '../snapshots/snapshot-sets.ts';
import { Alarm } from '../timing/alarm.ts';
import type { FailedWrite } from '../writing/write-once.ts';
import type { FoldEvent } from './events.ts';
import type { FoldLane } from './fold-lane.ts';
import type { FoldStates } from './states.ts';

type Lanes = ReadonlyMap<number, FoldLane>;

/** A lane with more than is saved, and where it stands. */
type Moved = readonly [
  partition: number,
  lane: FoldLane,
  standing: NonNullable<FoldLane['standing']>,
];

/** Some megabytes. */
const WHOLE_AT_ONCE = 16;

export interface StateKeeperOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly member: Pick<Member, 'identity' | 'owned'>;
  readonly groupId: string;
  readonly topic: string;
  /** The topic of snapshots. */
  readonly snapshotTopic: string;
  readonly intervalMs: number;
  readonly states: FoldStates;
  readonly writer: SnapshotWriter;
  readonly cleaner: SetCleaner;
  /** What is in the topic of snapshots, as far as it is read. */
  readonly sets: SnapshotSets;
  readonly changes: ChangesWriter | undefined;
  /** @returns those that are worked on */
  readonly lanes: () => Lanes;
  readonly onEvent: (event: FoldEvent) => void;
}

/**
 * Keeps the states of partitions that moved: their changes first, then their snapshots, and then,
 * for lag tools only, their offsets.
 */
export class StateKeeper {
  readonly #options: StateKeeperOptions;
  readonly #alarm: Alarm;
  /** Offsets that the group is to get. */
  readonly #uncommitted = new Map<number, OffsetToCommit>();
  #saving: Promise<void> = Promise.resolve();
  #committing: Promise<void> = Promise.resolve();
  /** The commit that follows on the one that is under way. */
  #nextCommit: Promise<void> | undefined;
  /** Goes up each time that what was saved may be gone. */
  #losses = 0;
  #isClosed = false;

  constructor(options: StateKeeperOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
  }

  /** Saves until it is closed. @throws see {@link SnapshotWriter} */
  async run(): Promise<void> {
    const { intervalMs, lanes } = this.#options;
    for (;;) {
      await this.#alarm.sleep(intervalMs);
      if (this.#isClosed) return;
      await this.save(lanes);
      void this.commit();
      await this.#clean(lanes());
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm.ring();
  }

  /** What was saved may be gone: all of it is saved again. */
  forgetSaved(): void {
    this.#losses += 1;
    for (const { kept } of this.#options.lanes().values()) kept.forget();
  }

  /** A process that was frozen has erased what an owner of now has written. */
  onTorn({ partition, set, nextOffset }: TornSet): void {
    const { kept } = this.#options.lanes().get(partition) ?? {};
    if (kept?.saved?.set !== set) return;
    // What is not acknowledged yet may be on its way.
    if (nextOffset !== undefined && nextOffset !== kept.saved.nextOffset) return;
    this.#losses += 1;
    kept.forget();
  }

  /** Saves the states that moved, after what is being saved already. @param lanes asked for when it is their turn */
  save(lanes: () => Lanes): Promise<void> {
    const saved = this.#saving.then(() => this.#saveMoved(lanes));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  /** @returns whether nothing of lanes is left to be saved */
  isSaved(lanes: Lanes): boolean {
    return movedOf(lanes).length === 0;
  }

  /** Commits how far the member is. A failure changes nothing: the next snapshots bring a higher offset. */
  commit(): Promise<void> {
    this.#nextCommit ??= this.#committing.then(() => {
      this.#nextCommit = undefined;
      this.#committing = this.#commit().catch(() => undefined);
      return this.#committing;
    });
    return this.#nextCommit;
  }

  /** Once each that moved: whole states few at a time, as they may be large, and so may be their changes. */
  async #saveMoved(lanes: () => Lanes): Promise<void> {
    const { changes } = this.#options;
    const done = new Set<number>();
    const failed: FailedWrite[] = [];
    for (;;) {
      // While some are saved, others may be given up, and the topic of changes may be created anew.
      if (changes?.isTopicNew === true) {
        changes.beginAnew();
        this.forgetSaved();
      }
      const moved = movedOf(lanes()).filter(([partition]) => !done.has(partition));
      const whole = moved.filter(([, { kept }]) => kept.saved === undefined);
      const next = whole.length > 0 ? whole.slice(0, WHOLE_AT_ONCE) : moved;
      if (next.length === 0) break;
      failed.push(...(await this.#saveSome(next)));
      for (const [partition] of next) done.add(partition);
    }
    if (done.size > 0) this.#options.writer.judge(failed);
  }

  /** @returns what could not be written */
  async #saveSome(moved: readonly Moved[]): Promise<readonly FailedWrite[]> {
    const { states, topic, writer, snapshotTopic, onEvent } = this.#options;
    const losses = this.#losses;
    const snapshots = new Map<number, OwnSnapshot>();
    for (const [partition, { kept }, { topicId, leaderEpoch }] of moved) {
      const { saved } = kept;
      snapshots.set(partition, { ...states.snapshot(partition), topicId, leaderEpoch, saved });
    }
    const { written, failed } = await writer.write(snapshots);
    const bytes: number[] = [];
    for (const [partition, { kept }, { leaderEpoch }] of moved) {
      const outcome = written.get(partition);
      if (outcome === undefined || outcome.kind === 'unwritten') continue;
      if (losses === this.#losses) kept.note(outcome);
      else kept.forget(outcome.kind === 'saved' ? outcome.saved.set : outcome.set);
      if (outcome.kind === 'unknown') continue;
      const metadata = snapshotMark(snapshotTopic);
      const offset = outcome.saved.nextOffset;
      this.#uncommitted.set(partition, { topic, partition, offset, leaderEpoch, metadata });
      bytes.push(outcome.bytes);
    }
    if (bytes.length > 0) onEvent({ kind: 'saved', bytes });
    return failed;
  }

  /** Erases what the sets of earlier owners have left. */
  async #clean(lanes: Lanes): Promise<void> {
    const { cleaner, sets } = this.#options;
    const records = new Map<number, readonly SetRecord[]>();
    const owners = new Map<SetRecord, FoldLane['kept']>();
    for (const [partition, { kept }] of lanes) {
      if (kept.outdated.size === 0) continue;
      const left = kept.toErase([...sets.recordsOf(partition, kept.outdated)]);
      records.set(partition, left);
      for (const record of left) owners.set(record, kept);
    }
    for (const record of await cleaner.erase(records)) owners.get(record)?.noteErased(record);
  }

  async #commit(): Promise<void> {
    const { cluster, groupId, member } = this.#options;
    for (const partition of this.#uncommitted.keys()) {
      if (!member.owned.has(partition)) this.#uncommitted.delete(partition);
    }
    const offsets = [...this.#uncommitted.values()];
    if (offsets.length === 0) return;
    const request = { ...member.identity, offsets };
    const { partitions } = await cluster.ask(
      'group',
      groupId,
      'OffsetCommit',
      request,
      (answer) => answer.partitions[0]?.error ?? 'NONE',
    );
    const committed = new Set(
      partitions.filter(({ error }) => error === 'NONE').map(({ partition }) => partition),
    );
    for (const offset of offsets) {
      const { partition } = offset;
      const isNewest = this.#uncommitted.get(partition) === offset;
      if (committed.has(partition) && isNewest) this.#uncommitted.delete(partition);
    }
  }
}

/** @returns the restored lanes with more than is saved */
function movedOf(lanes: Lanes): readonly Moved[] {
  return [...lanes].flatMap(([partition, lane]) => {
    const { standing, kept } = lane;
    const isMoved = standing !== undefined && standing.offset !== kept.nextOffset;
    return isMoved ? [[partition, lane, standing] as const] : [];
  });
}
