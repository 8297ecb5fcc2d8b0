import type { Cluster } from '../cluster/cluster.ts';
import { EngineFrame } from '../engine/engine-frame.ts';
import { Fetcher } from '../fetch/fetcher.ts';
import type { Member } from '../group/member.ts';
import { ChangesWriter } from '../snapshots/changes-writer.ts';
import { SnapshotFollower } from '../snapshots/snapshot-follower.ts';
import type { PlacedSnapshot } from '../snapshots/snapshot.ts';
import { SetCleaner } from '../snapshots/set-cleaner.ts';
import { SnapshotWriter } from '../snapshots/snapshot-writer.ts';
import type { PartitionProgress } from '../watch/progress.ts';
import { StalledError } from '../watch/stalled-error.ts';
import { FoldLane } from './fold-lane.ts';
import type { FoldOptions } from './fold-options.ts';
import { setNames } from './set-names.ts';
import { StateKeeper } from './state-keeper.ts';

/** A batch is some milliseconds of work: a request for the states does not wait long meanwhile. */
const MAX_PARTITION_BYTES = 128 * 1024;
/**
 * The last states of partitions that are given up are saved within it, or else their next owner folds some records
 * again, in milliseconds.
 */
const LAST_SAVE_MS = 5_000;
const SAVE_PAUSE_MS = 100;

/**
 * Folds a topic into one state per partition and counts every record exactly once without transactions: what changes
 * of a state and its next offset are one batch, so they cannot disagree. The owner of a partition starts from its
 * newest snapshot; one that loses it has at worst written a snapshot that is older, never wrong. The group's
 * committed offsets follow, for lag tools only, but for one that an operator set ahead on purpose.
 */
export class FoldEngine {
  readonly #options: FoldOptions;
  readonly #frame: EngineFrame<FoldLane>;
  readonly #fetcher: Fetcher;
  readonly #follower: SnapshotFollower;
  readonly #changes: ChangesWriter | undefined;
  readonly #keeper: StateKeeper;
  /** By partition, the end of the lanes that it had before. */
  readonly #ending = new Map<number, Promise<void>>();
  /** Of the last assignment: one for all its partitions. */
  #caughtUp: Promise<void> | undefined;

  constructor(options: FoldOptions) {
    this.#options = options;
    const { groupId, input, snapshots, changes, states, stallTimeoutMs, onEvent } = options;
    const { clock } = options.ports;
    const others = [snapshots.topic, ...(changes === undefined ? [] : [changes.topic])];
    const frame = new EngineFrame<FoldLane>(options, others, {
      onAssigned: () => {
        this.#caughtUp = undefined;
      },
      lane: (partition, progress) => this.#lane(partition, progress),
      onRevoked: (lanes) => this.#end(lanes, true),
      onLost: (lanes) => {
        void this.#end(lanes, false);
      },
      onEnds: (ends) => {
        states.expect(ends);
      },
    });
    this.#frame = frame;
    const { cluster, member } = frame;
    const onFatal = (error: unknown): void => {
      frame.fail(error);
    };
    const maxPartitionBytes = MAX_PARTITION_BYTES;
    const fetching = { cluster, clock, topic: input, lingerMs: 0, maxPartitionBytes };
    this.#fetcher = new Fetcher({ ...fetching, onFatal });
    this.#follower = new SnapshotFollower({
      cluster,
      clock,
      topic: snapshots.topic,
      input,
      reading: options.following,
      stallTimeoutMs,
      onFatal,
      onSnapshot: (partition, snapshot) => {
        this.#follow(partition, snapshot);
      },
      onTorn: (torn) => {
        this.#keeper.onTorn(torn);
      },
      onGone: (how) => {
        onEvent({ kind: 'snapshots-gone', how });
        this.#keeper.forgetSaved();
      },
    });
    this.#changes = changesWriter(options, cluster);
    this.#keeper = new StateKeeper({
      cluster,
      clock,
      member,
      groupId,
      topic: input,
      snapshotTopic: snapshots.topic,
      intervalMs: options.snapshotIntervalMs,
      states,
      writer: snapshotWriter(options, frame, this.#changes),
      cleaner: new SetCleaner({
        ...{ cluster, clock, input, target: snapshots },
        encoder: options.ports.encoder,
      }),
      sets: this.#follower.sets,
      changes: this.#changes,
      lanes: () => frame.lanes,
      onEvent,
    });
  }

  get member(): Pick<Member, 'state' | 'provenAt' | 'owned' | 'identity'> {
    return this.#frame.member;
  }

  /** Why the process should be replaced; undefined: it need not be. */
  get stalled(): string | undefined {
    return this.#frame.watch.stalled;
  }

  /** By partition, how far the instance is with it. */
  get progress(): ReadonlyMap<number, PartitionProgress> {
    return this.#frame.watch.partitions;
  }

  /** By partition, what it waits for; only those that do. */
  get waiting(): ReadonlyMap<number, string> {
    return new Map(
      [...this.#frame.lanes].flatMap(([partition, { waiting }]) =>
        waiting === undefined ? [] : [[partition, waiting]],
      ),
    );
  }

  /** The partitions whose states are not restored yet. */
  get restoring(): readonly number[] {
    return [...this.#frame.lanes.values()]
      .filter(({ standing }) => standing === undefined)
      .map(({ partition }) => partition);
  }

  /** See {@link EngineFrame.describe}. */
  describe(): Readonly<Record<string, unknown>> {
    return this.#frame.describe();
  }

  /** Works until it is {@link stop}ped; failures go to `onFatal`. */
  start(): void {
    this.#frame.start({
      // A member that has all snapshots keeps no partition waiting for long.
      prepare: () => {
        this.#follower.start();
        return this.#follower.caughtUp();
      },
      work: () => this.#keeper.run(),
    });
  }

  /** Keeps the last state of every partition, and then leaves the group. */
  stop(): Promise<void> {
    // What waits for a restore waits no longer.
    this.#follower.close();
    return this.#frame.stop(async (lanes) => {
      await this.#within(LAST_SAVE_MS, this.#end(lanes, true));
      this.#keeper.close();
      this.#fetcher.close();
    });
  }

  #lane(partition: number, progress: PartitionProgress): FoldLane {
    const { ports, groupId, input, states, handle, around, reading, onEvent } = this.#options;
    return new FoldLane(partition, {
      cluster: this.#frame.cluster,
      clock: ports.clock,
      groupId,
      topic: input,
      fetcher: this.#fetcher,
      reading,
      progress,
      states,
      handle,
      around,
      snapshots: async () => {
        await this.#catchUp();
        return this.#follower.sets;
      },
      before: this.#ending.get(partition) ?? Promise.resolve(),
      savesRestored: this.#changes !== undefined,
      onRestored: (of, snapshot) => this.#changes?.resume(of, snapshot),
      onEvent,
    });
  }

  /** What is in the topic after a partition was assigned is all that its last owner has left. */
  #catchUp(): Promise<void> {
    this.#caughtUp ??= this.#follower.caughtUp();
    return this.#caughtUp;
  }

  #follow(partition: number, snapshot: PlacedSnapshot): void {
    const { lanes } = this.#frame;
    if (lanes.has(partition)) return;
    // What a process that was frozen writes of a topic that is gone must not be shown beside this one.
    const { topicId } = [...lanes.values()].find(({ standing }) => standing)?.standing ?? {};
    const isOther = topicId !== undefined && snapshot.topicId !== undefined;
    if (isOther && snapshot.topicId !== topicId) return;
    this.#options.states.follow(partition, snapshot);
  }

  /** Partitions are given up: resolves when nothing is done for them any more. Failures end the engine. */
  #end(lanes: ReadonlyMap<number, FoldLane>, isTheirs: boolean): Promise<void> {
    const ending = this.#finish(lanes, isTheirs).catch((error: unknown) => {
      this.#frame.fail(error);
    });
    for (const partition of lanes.keys()) {
      this.#ending.set(partition, ending);
      void ending.then(() => {
        if (this.#ending.get(partition) === ending) this.#ending.delete(partition);
      });
    }
    return ending;
  }

  /** @param isTheirs whether no other member can have the partitions yet */
  async #finish(lanes: ReadonlyMap<number, FoldLane>, isTheirs: boolean): Promise<void> {
    const { stallTimeoutMs, states } = this.#options;
    const idle = Promise.all([...lanes.values()].map((lane) => lane.idle()));
    if (!(await this.#within(stallTimeoutMs, idle))) {
      const partitions = [...lanes.keys()].join(', ');
      throw new StalledError(`A batch of partitions ${partitions} is folded for too long`, {
        diagnosis: this.describe(),
      });
    }
    if (isTheirs) await this.#within(LAST_SAVE_MS, this.#saveLast(lanes));
    for (const [partition, { standing }] of lanes) {
      if (standing !== undefined) states.release(partition);
    }
  }

  async #saveLast(lanes: ReadonlyMap<number, FoldLane>): Promise<void> {
    const { clock } = this.#options.ports;
    const until = clock.now() + LAST_SAVE_MS;
    for (;;) {
      await this.#keeper.save(() => lanes);
      if (this.#keeper.isSaved(lanes) || clock.now() >= until) break;
      await clock.sleep(SAVE_PAUSE_MS);
    }
    await this.#keeper.commit();
  }

  /** @returns whether it is done in time */
  async #within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
    const timer = new AbortController();
    const late = this.#options.ports.clock.sleep(milliseconds, timer.signal).then(
      () => false,
      () => true,
    );
    try {
      return await Promise.race([work.then(() => true), late]);
    } finally {
      timer.abort();
    }
  }
}

function changesWriter(
  { ports, input, changes, following }: FoldOptions,
  cluster: Cluster,
): ChangesWriter | undefined {
  if (changes === undefined) return undefined;
  const { encoder } = ports;
  return new ChangesWriter({
    cluster,
    encoder,
    input,
    target: changes,
    changes,
    reading: following,
  });
}

function snapshotWriter(
  { ports, instance, input, snapshots, maxSnapshotBytes, stallTimeoutMs, onEvent }: FoldOptions,
  { cluster, member }: EngineFrame<FoldLane>,
  changes: ChangesWriter | undefined,
): SnapshotWriter {
  return new SnapshotWriter({
    cluster,
    clock: ports.clock,
    encoder: ports.encoder,
    input,
    target: snapshots,
    maxSnapshotBytes,
    newSet: setNames(instance, () => member.identity),
    changes,
    stallTimeoutMs,
    onFailed: (topic, cause) => {
      onEvent({ kind: 'unsaved', topic, cause });
    },
  });
}
