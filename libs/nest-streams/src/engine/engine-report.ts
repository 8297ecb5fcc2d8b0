import type { BatchPlace, EngineEvent, PartitionProgress } from '@login-pipeline/streams';
import type { Logger, Metrics } from '@login-pipeline/observability';
import { unreadableAdvice } from './unreadable-advice.ts';
import { CONSUMER_METRICS } from './metrics.ts';

export interface EngineReportOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A quota holds back for as long as there is much to do: it is logged this often. */
const THROTTLED_PAUSE_MS = 60_000;

/** How far an engine is with its partitions. */
interface Progressing {
  readonly progress: ReadonlyMap<number, PartitionProgress>;
}

/** Tells operators what happens to any engine: by logs, and by metrics. */
export class EngineReport {
  readonly #options: EngineReportOptions;
  readonly #owned = new Set<number>();
  readonly #unreadable = new Set<number>();
  /** A process may have several engines. */
  readonly #show: ReturnType<typeof sharesOf>;
  #throttledAt = -Infinity;

  constructor(options: EngineReportOptions) {
    this.#options = options;
    this.#show = sharesOf(options.metrics);
  }

  /** Shows, at each scrape, how far an engine is. */
  watch(engine: Progressing): void {
    const { metrics } = this.#options;
    metrics.onScrape(() => {
      this.#showProgress(engine);
      this.#show.assigned([{ labels: {}, value: this.#owned.size }]);
      this.#show.unreadable([{ labels: {}, value: this.#unreadable.size }]);
    });
  }

  readonly on = (event: EngineEvent): void => {
    const { metrics } = this.#options;
    switch (event.kind) {
      case 'member':
        this.#onMember(event.state);
        return;
      case 'assigned':
        this.#onOwned(event.partitions, []);
        return;
      case 'revoked':
        this.#onOwned([], event.partitions);
        return;
      case 'lost':
        this.#onLost();
        return;
      case 'unreadable':
        this.#onUnreadable(event.place, event.message);
        return;
      case 'waiting':
        this.#onWaiting(event.partition, event.reason);
        return;
      case 'throttled':
        this.#onThrottled(event);
        return;
      case 'stalled':
        metrics.increment(CONSUMER_METRICS.watchdog_trips_total, { cause: event.cause });
    }
  };

  #onMember(state: Extract<EngineEvent, { readonly kind: 'member' }>['state']): void {
    const { groupId, logger, metrics } = this.#options;
    if (state === 'member') metrics.increment(CONSUMER_METRICS.consumer_rebalances_total, {});
    if (state === 'rebalancing') logger.info({ groupId }, 'The group is rebalancing');
  }

  #onOwned(assigned: readonly number[], revoked: readonly number[]): void {
    const { groupId, topic, logger } = this.#options;
    for (const partition of assigned) this.#owned.add(partition);
    for (const partition of revoked) {
      this.#owned.delete(partition);
      this.#unreadable.delete(partition);
    }
    const partitions = [...this.#owned].sort((one, other) => one - other);
    logger.info({ groupId, topic, partitions }, 'Partitions assigned');
  }

  #onLost(): void {
    const { groupId, topic, logger } = this.#options;
    if (this.#owned.size > 0) {
      logger.warn({ groupId, topic }, 'The group has gone on without this member: it joins again');
    }
    this.#owned.clear();
    this.#unreadable.clear();
  }

  #onThrottled({
    broker,
    channel,
    ms,
  }: Extract<EngineEvent, { readonly kind: 'throttled' }>): void {
    const { logger, metrics } = this.#options;
    const requests = channel === 'write' ? 'produce' : 'fetch';
    metrics.increment(CONSUMER_METRICS.throttled_seconds_total, { requests }, ms / 1_000);
    const now = performance.now();
    if (now - this.#throttledAt < THROTTLED_PAUSE_MS) return;
    this.#throttledAt = now;
    logger.warn(
      { broker, requests, ms },
      'Throttled by a quota: the broker holds this client back, which goes on slowly',
    );
  }

  #onUnreadable(place: BatchPlace, message: string): void {
    const { groupId, logger } = this.#options;
    this.#unreadable.add(place.partition);
    const { topic, partition, offset, lastOffset } = place;
    logger.error(
      { topic, partition, offset, lastOffset },
      `${message}. ${unreadableAdvice(groupId, place)}`,
    );
  }

  #onWaiting(partition: number, reason: string | undefined): void {
    const { topic, logger } = this.#options;
    if (reason === undefined) {
      this.#unreadable.delete(partition);
      logger.info({ topic, partition }, 'The partition goes on');
    } else if (!this.#unreadable.has(partition)) {
      logger.warn({ topic, partition, cause: reason }, 'A partition waits');
    }
  }

  #showProgress({ progress }: Progressing): void {
    const { topic } = this.#options;
    const now = Date.now();
    const partitions = [...progress].map(([partition, one]) => ({
      labels: { topic, partition },
      lag: one.lag(now),
      movedAt: one.movedAt,
    }));
    const known = partitions.flatMap(({ labels, lag }) =>
      lag === undefined ? [] : [{ labels, lag }],
    );
    this.#show.lagRecords(known.map(({ labels, lag }) => ({ labels, value: lag.records })));
    this.#show.lagSeconds(known.map(({ labels, lag }) => ({ labels, value: lag.seconds })));
    this.#show.movedAt(
      partitions.flatMap(({ labels, movedAt }) =>
        movedAt === undefined ? [] : [{ labels, value: movedAt / 1_000 }],
      ),
    );
  }
}

function sharesOf(metrics: Metrics) {
  return {
    assigned: metrics.share(CONSUMER_METRICS.consumer_assigned_partitions),
    unreadable: metrics.share(CONSUMER_METRICS.consumer_unreadable_partitions),
    lagRecords: metrics.share(CONSUMER_METRICS.consumer_lag_records),
    lagSeconds: metrics.share(CONSUMER_METRICS.consumer_lag_seconds),
    movedAt: metrics.share(CONSUMER_METRICS.consumer_last_progress_timestamp_seconds),
  };
}
