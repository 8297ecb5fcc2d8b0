import type { Logger, Metrics } from '@login-pipeline/observability';
import type { Admin } from 'kafkajs';
import { errorText } from '../client/errors.ts';
import { PartitionProgress } from './progress.ts';

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
  /** A partition has something to do and did nothing for the time-out; told once. */
  readonly onStalled: (dump: string) => void;
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

/** How often the brokers are asked for the ends: often enough to notice a stall within its time-out. */
const LOOKS_PER_TIMEOUT = 6;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Follows the assigned partitions from outside the consumer, over a connection of its own: lag for
 * operators, and the watchdog. A broker that does not answer proves nothing, so it never trips.
 */
export class PartitionWatch {
  readonly #options: PartitionWatchOptions;
  #partitions = new Map<number, PartitionProgress>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
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

  /** Takes over an assignment: progress starts where the group has committed. */
  assign(partitions: readonly number[]): void {
    const assigned = new Map(partitions.map((partition) => [partition, new PartitionProgress()]));
    this.#partitions = assigned;
    void this.#startingPositions(assigned);
  }

  /** The position of a partition moved. @param recordTime of the last processed record, epoch ms */
  moved(partition: number, nextOffset: bigint, recordTime?: number): void {
    const time = recordTime !== undefined && Number.isNaN(recordTime) ? undefined : recordTime;
    this.#partitions.get(partition)?.advance(nextOffset, Date.now(), time);
  }

  /** @returns what the group has committed for a partition, or undefined when there is nothing */
  async committed(partition: number): Promise<CommittedOffset | undefined> {
    const { admin, groupId, topic } = this.#options;
    const [fetched] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const found = fetched?.partitions.find((offset) => offset.partition === partition);
    const nextOffset = BigInt(found?.offset ?? -1);
    return nextOffset < 0n ? undefined : { nextOffset, metadata: found?.metadata ?? null };
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
        progress.advance(start < 0n ? BigInt(low) : start, Date.now());
      }
    } catch (error) {
      logger.debug({ topic, cause: errorText(error) }, 'Starting positions are not known yet');
    }
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { topic, logger, onEnds } = this.#options;
    const partitions = this.#partitions;
    try {
      const bounds = await this.bounds();
      const ends = new Map([...bounds].map(([partition, { end }]) => [partition, end]));
      for (const [partition, end] of ends) partitions.get(partition)?.observeEnd(end, Date.now());
      onEnds(ends);
      if (partitions === this.#partitions) this.#judge();
    } catch (error) {
      logger.debug({ topic, cause: errorText(error) }, 'The ends of the partitions are not known');
    } finally {
      this.#looking = false;
    }
  }

  #judge(): void {
    const { stallTimeoutMs, topic, metrics, onStalled } = this.#options;
    if (this.#stalled !== undefined) return;
    const now = Date.now();
    for (const [partition, progress] of this.#partitions) {
      const stalledFor = progress.stalledFor(now);
      if (stalledFor < stallTimeoutMs) continue;
      this.#stalled =
        `partition ${partition} has been at offset ${progress.position ?? '?'} of ${progress.end ?? '?'} ` +
        `for ${Math.round(stalledFor / 1_000)} s (STALL_TIMEOUT_MS=${stallTimeoutMs})`;
      metrics?.increment('watchdog_trips_total', { cause: 'stalled_partition' });
      this.#options.logger.error(
        { topic, partition, positions: this.#positions() },
        'The watchdog tripped',
      );
      onStalled(this.#stalled);
      return;
    }
  }

  #positions(): Record<string, string> {
    return Object.fromEntries(
      [...this.#partitions].map(([partition, { position, end }]) => [
        partition,
        `${position ?? '?'} of ${end ?? '?'}`,
      ]),
    );
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
