import { Cluster } from '../cluster/cluster.ts';
import { throwUnlessRetriable } from '../cluster/protocol-error.ts';
import { Member } from '../group/member.ts';
import { GROUP_TIMEOUTS } from '../group/member-options.ts';
import type { GroupTimeouts } from '../group/member-options.ts';
import type { Ports } from '../ports.ts';
import { Alarm } from '../timing/alarm.ts';
import type { PartitionProgress } from '../watch/progress.ts';
import { StalledError } from '../watch/stalled-error.ts';
import { Watch } from '../watch/watch.ts';
import { describeEngine } from './describe-engine.ts';
import type { EngineLane } from './engine-lane.ts';
import type { EngineEvent } from './events.ts';

/** What every engine is made with. */
export interface EngineOptions<Event> {
  readonly ports: Ports;
  readonly groupId: string;
  /** Another one for each process, those before it included; without a slash or a blank. */
  readonly instance: string;
  readonly input: string;
  /** For how long a partition with unread records may stand still, in milliseconds. */
  readonly stallTimeoutMs: number;
  readonly timeouts?: GroupTimeouts;
  readonly onEvent: (event: Event) => void;
  /** The engine cannot go on; called once. */
  readonly onFatal: (error: unknown) => void;
}

/** How an engine works on partitions. */
export interface FrameHooks<Lane extends EngineLane> {
  /** A generation has assigned partitions to the member, perhaps none. */
  readonly onAssigned?: () => void;
  /** Makes the lane of a partition that was assigned. */
  readonly lane: (partition: number, progress: PartitionProgress) => Lane;
  /** Partitions go to other members, and their lanes are closed: resolves when nothing is done for them any more. */
  readonly onRevoked: (lanes: ReadonlyMap<number, Lane>) => Promise<void>;
  /** Other members may have the partitions already; their lanes are closed. */
  readonly onLost: (lanes: ReadonlyMap<number, Lane>) => void;
  /** See {@link WatchOptions.onEnds}. */
  readonly onEnds?: (ends: ReadonlyMap<number, bigint>) => void;
}

/** What an engine does beside its member. */
export interface FrameWork {
  /** Comes before the member joins. */
  readonly prepare?: () => Promise<void>;
  readonly work: () => Promise<unknown>;
}

/** How old the counts of partitions and the topics' ids may be. */
const REFRESH_MS = 5_000;

/**
 * What an engine stands in: the cluster as it is, a place in the group of its input, a lane for
 * each partition that it is given there, and the watch over all of them.
 */
export class EngineFrame<Lane extends EngineLane> {
  readonly cluster: Cluster;
  readonly member: Member;
  readonly watch: Watch;
  readonly #options: EngineOptions<EngineEvent>;
  readonly #hooks: FrameHooks<Lane>;
  readonly #lanes = new Map<number, Lane>();
  readonly #refresher: Alarm;
  /** When it was about to join for the first time, epoch ms. */
  #joinsSince: number | undefined;
  #isStopped = false;
  #hasFailed = false;

  /** @param others all topics that are read or written, besides the input */
  constructor(
    options: EngineOptions<EngineEvent>,
    others: readonly string[],
    hooks: FrameHooks<Lane>,
  ) {
    this.#options = options;
    this.#hooks = hooks;
    const { ports, groupId, instance, input, timeouts = GROUP_TIMEOUTS } = options;
    const { stallTimeoutMs, onEvent } = options;
    const { clock } = ports;
    const cluster = new Cluster(ports, [input, ...others], (throttled) => {
      this.watch.excuse(throttled.ms);
      onEvent({ kind: 'throttled', ...throttled });
    });
    this.cluster = cluster;
    this.#refresher = new Alarm(clock);
    this.member = new Member({
      cluster,
      clock,
      groupId,
      topic: input,
      instance,
      timeouts,
      onAssigned: (partitions) => {
        this.#assign(partitions);
      },
      onRevoked: (partitions) => {
        onEvent({ kind: 'revoked', partitions });
        return hooks.onRevoked(this.#close(partitions));
      },
      onLost: () => {
        if (this.#lanes.size === 0) return;
        onEvent({ kind: 'lost' });
        hooks.onLost(this.#close([...this.#lanes.keys()]));
      },
      onState: (state) => {
        const { generation } = this.member.identity;
        onEvent({ kind: 'member', state, generation });
      },
    });
    this.watch = new Watch({
      cluster,
      clock,
      topic: input,
      stallTimeoutMs,
      membershipTimeoutMs: Math.max(stallTimeoutMs, timeouts.rebalanceMs + timeouts.sessionMs),
      provenAt: () => Math.max(this.#joinsSince ?? clock.now(), this.member.provenAt),
      onEnds: hooks.onEnds,
      onStalled: (cause, reason) => {
        onEvent({ kind: 'stalled', cause });
        const message = `No progress on "${input}" in group "${groupId}": ${reason}`;
        this.fail(new StalledError(message, { diagnosis: this.describe() }));
      },
    });
  }

  /** By partition, of those that are worked on. */
  get lanes(): ReadonlyMap<number, Lane> {
    return this.#lanes;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** @returns all that tells why nothing moves: states, offsets, times and counts, nothing of what records hold */
  describe(): Readonly<Record<string, unknown>> {
    const now = this.#options.ports.clock.now();
    return describeEngine(this.member, this.watch.partitions, this.#lanes, now);
  }

  /** Works until it is {@link stop}ped, from when the input is known; failures go to `onFatal`. */
  start(work: FrameWork): void {
    for (const running of [this.#refresh(), this.#run(work), this.watch.run()]) {
      this.guard(running);
    }
  }

  /**
   * Closes all lanes, and leaves the group.
   *
   * @param finish ends what the engine has under way for them
   */
  async stop(finish: (lanes: ReadonlyMap<number, Lane>) => Promise<void>): Promise<void> {
    this.#isStopped = true;
    this.#refresher.ring();
    this.watch.close();
    await finish(this.#close([...this.#lanes.keys()]));
    await this.member.leave();
  }

  /** What something throws ends the engine. */
  guard(running: Promise<unknown>): void {
    running.catch((error: unknown) => {
      this.fail(error);
    });
  }

  fail(error: unknown): void {
    if (this.#isStopped || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#options.onFatal(error);
  }

  async #run({ prepare, work }: FrameWork): Promise<void> {
    while (this.cluster.topic(this.#options.input) === undefined) {
      if (this.#isStopped) return;
      await this.cluster.refresh().catch(throwUnlessRetriable);
      if (this.cluster.topic(this.#options.input) === undefined) await this.cluster.pause();
    }
    await prepare?.();
    this.#joinsSince = this.#options.ports.clock.now();
    if (!this.#isStopped) await Promise.all([this.member.run(), work()]);
  }

  async #refresh(): Promise<void> {
    while (!this.#isStopped) {
      await this.#refresher.sleep(REFRESH_MS);
      await this.cluster.refresh().catch(throwUnlessRetriable);
    }
  }

  #assign(partitions: readonly number[]): void {
    if (this.#isStopped) return;
    this.#hooks.onAssigned?.();
    this.#options.onEvent({ kind: 'assigned', partitions });
    for (const partition of partitions) {
      const lane = this.#hooks.lane(partition, this.watch.open(partition));
      this.#lanes.set(partition, lane);
      this.guard(lane.run());
    }
  }

  /** @returns the lanes that were closed */
  #close(partitions: readonly number[]): ReadonlyMap<number, Lane> {
    const closed = new Map<number, Lane>();
    for (const partition of partitions) {
      const lane = this.#lanes.get(partition);
      if (lane === undefined) continue;
      lane.close();
      closed.set(partition, lane);
      this.#lanes.delete(partition);
      this.watch.shut(partition);
    }
    return closed;
  }
}
