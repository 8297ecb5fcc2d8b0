import type { Cluster } from '../cluster/cluster.ts';
import { stableEnds } from '../positions/positions.ts';
import type { Clock } from '../ports.ts';
import { Alarm } from '../timing/alarm.ts';
import { PartitionProgress } from './progress.ts';

export interface WatchOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly topic: string;
  /** For how long a partition with unread records may stand still, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** For how long no coordinator may count the member in, in milliseconds. */
  readonly membershipTimeoutMs: number;
  /** When a coordinator last counted the member in, epoch ms. */
  readonly provenAt: () => number;
  /**
   * Called after each look with where all partitions of the topic end, for readers of committed
   * records; those that had no leader as before.
   */
  readonly onEnds?: ((ends: ReadonlyMap<number, bigint>) => void) | undefined;
  /** Called once, with words for operators. */
  readonly onStalled: (cause: StallCause, reason: string) => void;
}

/** What stands still: a partition, or the membership. */
export type StallCause = 'stalled_partition' | 'outside_group';

/** How often the brokers are asked for the ends: often enough to notice a stall soon after its time-out. */
const LOOKS_PER_TIMEOUT = 6;
const LONGEST_PAUSE_MS = 2_000;
/** Looks further apart than this part of the time-out have not seen what was between them: the process was frozen. */
const LONGEST_GAP = 1 / 2;

/**
 * Follows partitions from outside of their lanes: their lag, and whether they stand still. A broker
 * that does not answer proves nothing: only time counts in which every look was answered.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #alarm: Alarm;
  /** Of the partitions that are worked on. */
  readonly #open = new Map<number, PartitionProgress>();
  /** Of all that ever were. */
  readonly #known = new Map<number, PartitionProgress>();
  /** By partition, since when every look at its end was answered. */
  readonly #seenSince = new Map<number, number>();
  /** Of all partitions, as of the last look. */
  #ends: ReadonlyMap<number, bigint> = new Map();
  #answeredSince: number | undefined;
  #lookedAt = -Infinity;
  #stalled: string | undefined;
  #isClosed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
  }

  /** Why the process should be replaced; undefined: it need not be. */
  get stalled(): string | undefined {
    return this.#stalled;
  }

  /** By partition, how far the lanes are. */
  get partitions(): ReadonlyMap<number, PartitionProgress> {
    return this.#open;
  }

  /** A lane begins. @returns what it tells its progress to; one that does nothing over and over again makes none */
  open(partition: number): PartitionProgress {
    const progress = new PartitionProgress(this.#known.get(partition));
    this.#known.set(partition, progress);
    this.#open.set(partition, progress);
    return progress;
  }

  shut(partition: number): void {
    this.#open.delete(partition);
    this.#seenSince.delete(partition);
  }

  /** Nothing can move for so long, and that is not for a new process to mend. */
  excuse(milliseconds: number): void {
    const until = this.#options.clock.now() + milliseconds;
    for (const [partition, since] of this.#seenSince) {
      this.#seenSince.set(partition, Math.max(since, until));
    }
  }

  /** Looks until it is closed. */
  async run(): Promise<void> {
    const pause = Math.min(this.#options.stallTimeoutMs / LOOKS_PER_TIMEOUT, LONGEST_PAUSE_MS);
    while (!this.#isClosed) {
      await this.#look();
      await this.#alarm.sleep(pause);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm.ring();
  }

  async #look(): Promise<void> {
    const { cluster, clock, topic, stallTimeoutMs } = this.#options;
    let ends: ReadonlyMap<number, bigint>;
    try {
      // Of partitions of other members, too: a member that has none is watched as well.
      ends = await stableEnds(cluster, topic);
    } catch {
      this.#forgetLooks();
      return;
    }
    const now = clock.now();
    if (now - this.#lookedAt > stallTimeoutMs * LONGEST_GAP) this.#forgetLooks();
    this.#lookedAt = now;
    this.#answeredSince ??= now;
    for (const [partition, progress] of this.#open) {
      const end = ends.get(partition);
      if (end === undefined) {
        this.#seenSince.delete(partition);
        continue;
      }
      progress.observeEnd(end, now);
      if (!this.#seenSince.has(partition)) this.#seenSince.set(partition, now);
    }
    this.#tellEnds(ends);
    if (this.#stalled === undefined && !this.#isClosed) this.#judge(now, this.#answeredSince);
  }

  /** What lacks a partition would pass for all that there is. */
  #tellEnds(ends: ReadonlyMap<number, bigint>): void {
    const { cluster, topic, onEnds } = this.#options;
    const { partitions = 0 } = cluster.topic(topic) ?? {};
    const all = Array.from(
      { length: partitions },
      (_, partition) => [partition, ends.get(partition) ?? this.#ends.get(partition)] as const,
    );
    const known = all.flatMap(([partition, end]) =>
      end === undefined ? [] : ([[partition, end]] as const),
    );
    this.#ends = new Map(known);
    if (known.length === partitions && !this.#isClosed) onEnds?.(this.#ends);
  }

  #forgetLooks(): void {
    this.#seenSince.clear();
    this.#answeredSince = undefined;
  }

  #judge(now: number, answeredSince: number): void {
    const { provenAt, membershipTimeoutMs, stallTimeoutMs } = this.#options;
    const outFor = now - Math.max(provenAt(), answeredSince);
    if (outFor >= membershipTimeoutMs) {
      const reason = `no coordinator has counted the member in for ${seconds(outFor)}`;
      this.#trip('outside_group', reason);
      return;
    }
    for (const [partition, since] of this.#seenSince) {
      const progress = this.#open.get(partition);
      const stalledFor = progress?.stalledFor(now, since) ?? 0;
      if (stalledFor < stallTimeoutMs) continue;
      const [position, end] = [progress?.position ?? '?', progress?.end ?? '?'];
      this.#trip(
        'stalled_partition',
        `partition ${partition} has been at offset ${position} of ${end} for ${seconds(stalledFor)}`,
      );
      return;
    }
  }

  #trip(cause: StallCause, reason: string): void {
    this.#stalled = reason;
    this.#options.onStalled(cause, reason);
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}
