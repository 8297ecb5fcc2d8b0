import type { Logger, Metrics } from '@login-pipeline/observability';
import type { Admin } from 'kafkajs';
import { errorText, IncompleteAnswerError } from '../client/errors.ts';
import type { Membership } from './membership.ts';
import { PartitionProgress } from '@login-pipeline/streams';

export interface PartitionWatchOptions {
  /** Not yet connected; the watch connects and disconnects it. */
  readonly admin: Admin;
  readonly groupId: string;
  readonly topic: string;
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  /** Where to report lag and the like; undefined: nowhere. */
  readonly metrics: Metrics | undefined;
  readonly onEnds: (ends: ReadonlyMap<number, bigint>) => void;
  readonly membership: Membership;
  /** For how long a member may be unheard of by its coordinator, in milliseconds. */
  readonly membershipTimeoutMs: number;
  /** Nothing was done for the time-out although there is something to do, or the group knows us no more; told once. */
  readonly onStalled: (reason: string) => void;
}

/** The offsets a partition has. */
export interface PartitionBounds {
  readonly earliest: bigint;
  /** The last stable offset: where read-committed readers end. */
  readonly end: bigint;
}

/** What a group has committed. */
export interface CommittedOffset {
  readonly nextOffset: bigint;
  /** The text committed with it. */
  readonly metadata: string | null;
}

/** How often the brokers are asked for the ends: often enough to notice a stall soon after its time-out. */
const LOOKS_PER_TIMEOUT = 6;
const LONGEST_PAUSE_MS = 2_000;
/** Looks further apart than this part of the time-out have not seen what was between them: the process was frozen. */
const LONGEST_GAP = 1 / 2;

/**
 * Follows the assigned partitions from outside the consumer, over a connection of its own: lag for
 * operators, and the watchdog. A broker that does not answer proves nothing, so it never trips: only time
 * in which the brokers answered every look counts.
 */
export class PartitionWatch {
  readonly #options: PartitionWatchOptions;
  #partitions = new Map<number, PartitionProgress>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  /** Since when the brokers answer, without a gap; undefined while they do not. */
  #watchedSince: number | undefined;
  #lookedAt = -Infinity;
  #stalled: string | undefined;

  constructor(options: PartitionWatchOptions) {
    this.#options = options;
    const { metrics } = options;
    metrics?.onScrape(() => {
      this.#report(metrics);
    });
  }

  /** Why the process should be replaced, once the watchdog has tripped. */
  get stalled(): string | undefined {
    return this.#stalled;
  }

  async start(): Promise<void> {
    await this.#options.admin.connect();
    await this.#look();
    const pause = Math.min(this.#options.stallTimeoutMs / LOOKS_PER_TIMEOUT, LONGEST_PAUSE_MS);
    this.#timer = setInterval(() => void this.#look(), pause);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.admin.disconnect();
  }

  /**
   * Takes over an assignment: progress starts where the group has committed. What we had already keeps its clock:
   * whoever joins again and again, and does nothing, makes no progress.
   */
  assign(partitions: readonly number[]): void {
    const assigned = new Map(
      partitions.map((partition) => [
        partition,
        new PartitionProgress(this.#partitions.get(partition)),
      ]),
    );
    this.#partitions = assigned;
    void this.#startingPositions(assigned);
  }

  /** Records of a partition were processed. @param recordTime of the last one, epoch ms */
  moved(partition: number, nextOffset: bigint, recordTime?: number): void {
    this.#partitions.get(partition)?.advance(nextOffset, Date.now(), recordTime);
  }

  /** A partition goes on elsewhere, with nothing processed. */
  placed(partition: number, nextOffset: bigint): void {
    this.#partitions.get(partition)?.place(nextOffset, Date.now());
  }

  /** A partition waits for its turn while others are read, or no longer does: these are watched meanwhile. */
  waiting(partition: number, isWaiting: boolean): void {
    this.#partitions.get(partition)?.waiting(isWaiting, Date.now());
  }

  /** @returns how far every partition is, for a diagnosis */
  describe(now: number): readonly Readonly<Record<string, unknown>>[] {
    return [...this.#partitions].map(([partition, progress]) => ({
      partition,
      position: String(progress.position ?? 'unknown'),
      end: String(progress.end ?? 'unknown'),
      stalledForMs: progress.stalledFor(now, this.#watchedSince),
    }));
  }

  /**
   * @returns what the group has committed for a partition, or undefined when there is nothing
   * @throws IncompleteAnswerError when the answer does not tell: kafkajs asks only for partitions that it has heard of
   */
  async committed(partition: number): Promise<CommittedOffset | undefined> {
    const [committed] = await this.allCommitted([partition]);
    return committed?.[1];
  }

  /** Like {@link committed}, of several partitions by one question. */
  async allCommitted(
    partitions: readonly number[],
  ): Promise<readonly (readonly [partition: number, CommittedOffset | undefined])[]> {
    const { admin, groupId, topic } = this.#options;
    const [fetched] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return partitions.map((partition) => {
      const found = fetched?.partitions.find((offset) => offset.partition === partition);
      if (found === undefined) {
        const told = `The committed offset of partition ${partition} of "${topic}" was not told`;
        throw new IncompleteAnswerError(told);
      }
      const nextOffset = BigInt(found.offset);
      return [partition, nextOffset < 0n ? undefined : { nextOffset, metadata: found.metadata }];
    });
  }

  /** @returns the offsets that the partitions of the topic have now */
  async bounds(): Promise<ReadonlyMap<number, PartitionBounds>> {
    const offsets = await this.#options.admin.fetchTopicOffsets(this.#options.topic);
    return new Map(
      offsets.map(({ partition, low, high }) => [
        partition,
        { earliest: BigInt(low), end: BigInt(high) },
      ]),
    );
  }

  async #startingPositions(assigned: Map<number, PartitionProgress>): Promise<void> {
    const { admin, groupId, topic, logger } = this.#options;
    try {
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const bounds = await admin.fetchTopicOffsets(topic);
      for (const { partition, low } of bounds) {
        const progress = assigned.get(partition);
        if (progress === undefined || progress.position !== undefined) continue;
        const offset = committed?.partitions.find((found) => found.partition === partition)?.offset;
        const start = BigInt(offset ?? -1);
        progress.place(start < 0n ? BigInt(low) : start, Date.now());
      }
    } catch (error) {
      logger.debug({ topic, cause: errorText(error) }, 'Starting positions are not known yet');
    }
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { topic, logger, onEnds, stallTimeoutMs } = this.#options;
    const partitions = this.#partitions;
    try {
      const bounds = await this.bounds();
      const now = Date.now();
      if (now - this.#lookedAt > stallTimeoutMs * LONGEST_GAP) this.#watchedSince = undefined;
      this.#lookedAt = now;
      const watchedSince = (this.#watchedSince ??= now);
      const ends = new Map([...bounds].map(([partition, { end }]) => [partition, end]));
      for (const [partition, end] of ends) partitions.get(partition)?.observeEnd(end, now);
      onEnds(ends);
      this.#judge(now, watchedSince);
    } catch (error) {
      this.#watchedSince = undefined;
      logger.debug({ topic, cause: errorText(error) }, 'The ends of the partitions are not known');
    } finally {
      this.#looking = false;
    }
  }

  #judge(now: number, watchedSince: number): void {
    const { stallTimeoutMs, membership, membershipTimeoutMs } = this.#options;
    if (this.#stalled !== undefined) return;
    const outFor = membership.outFor(now, watchedSince);
    if (outFor >= membershipTimeoutMs) {
      const state = `The state is "${membership.state}"`;
      this.#trip(
        'outside_group',
        `no coordinator has counted us in for ${seconds(outFor)}. ${state}`,
      );
      return;
    }
    for (const [partition, progress] of this.#partitions) {
      const stalledFor = progress.stalledFor(now, watchedSince);
      if (stalledFor < stallTimeoutMs) continue;
      this.#trip(
        'stalled_partition',
        `partition ${partition} has been at offset ${progress.position ?? '?'} of ${progress.end ?? '?'} ` +
          `for ${seconds(stalledFor)} (STALL_TIMEOUT_MS=${stallTimeoutMs})`,
      );
      return;
    }
  }

  #trip(cause: 'outside_group' | 'stalled_partition', reason: string): void {
    const { metrics, onStalled } = this.#options;
    this.#stalled = reason;
    metrics?.increment('watchdog_trips_total', { cause });
    onStalled(reason);
  }

  #report(metrics: Metrics): void {
    const { topic } = this.#options;
    const now = Date.now();
    const partitions = [...this.#partitions].map(([partition, progress]) => ({
      labels: { topic, partition },
      lag: progress.lag(now),
      movedAt: progress.movedAt,
    }));
    const known = partitions.flatMap(({ labels, lag }) =>
      lag === undefined ? [] : [{ labels, lag }],
    );
    metrics.setAll(
      'consumer_lag_records',
      known.map(({ labels, lag }) => ({ labels, value: lag.records })),
    );
    metrics.setAll(
      'consumer_lag_seconds',
      known.map(({ labels, lag }) => ({ labels, value: lag.seconds })),
    );
    metrics.setAll(
      'consumer_last_progress_timestamp_seconds',
      partitions.flatMap(({ labels, movedAt }) =>
        movedAt === undefined ? [] : [{ labels, value: movedAt / 1_000 }],
      ),
    );
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}
