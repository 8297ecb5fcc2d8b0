import type { FlowCounts } from '@login-pipeline/streams';
import { addFlow, decodeCommitMetadata, NO_FLOW } from '@login-pipeline/streams';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger, Metrics } from '@login-pipeline/observability';
import type { KafkaConnection } from '../client/connection.ts';
import { openAdmin } from '../client/admin.ts';
import type { Administration } from '../client/admin.ts';
import { errorText } from '../client/errors.ts';
import { OffsetHistory } from './offset-history.ts';
import { refusalOf } from '../security/rights.ts';
import { FLOW_METRICS } from './metrics.ts';

/** What a transactional group did with a topic, as far as it is committed. */
export interface Flow extends FlowCounts {
  /** When the brokers said so. */
  readonly time: Date;
  /** Records of the topic that the group has not processed. */
  readonly lag: number;
}

export interface FlowWatchOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  /** The settings that name both. */
  readonly settings: { readonly groupId: string; readonly topic: string };
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const PAUSE_MS = 2_000;
const NOTHING_COMMITTED = { offset: -1n, metadata: '' };

/**
 * A Nest provider that reads, every two seconds, what another service's group has committed:
 * offsets and the counts beside them.
 */
export class FlowWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #options: FlowWatchOptions;
  readonly #brokers: Administration;
  #timer: NodeJS.Timeout | undefined;
  #flow: Flow | undefined;
  /** Of the same answer as the flow, so that the two can be compared to the record. */
  #committed = 0n;
  readonly #histories = new Map<number, OffsetHistory>();
  #looking = false;
  #warned = false;

  constructor(options: FlowWatchOptions) {
    this.#options = options;
    // The next look is the next attempt.
    this.#brokers = openAdmin(options.connection, options.logger, 0);
    options.metrics.onScrape(() => {
      this.#report();
    });
  }

  /** @returns the newest known flow, or undefined while there is none */
  flow(): Flow | undefined {
    return this.#flow;
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#look(), PAUSE_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#brokers.close();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.#flow = await this.#read();
    } catch (error) {
      // Without the right to see the other group, or a broker, there is no flow to show; nothing else depends on it.
      this.#flow = undefined;
      this.#tell(error);
    } finally {
      this.#looking = false;
    }
  }

  /** A missing right is logged once: an operator has to grant it. */
  #tell(error: unknown): void {
    const { groupId, topic, settings, logger } = this.#options;
    const operation = 'Describe';
    const refusal = refusalOf(error, {
      GROUP_AUTHORIZATION_FAILED: [
        { operation, resource: 'group', name: groupId, setting: settings.groupId },
      ],
      TOPIC_AUTHORIZATION_FAILED: [
        { operation, resource: 'topic', name: topic, setting: settings.topic },
      ],
    });
    const cause = refusal?.message ?? errorText(error);
    const level = refusal === undefined || this.#warned ? 'debug' : 'warn';
    this.#warned ||= refusal !== undefined;
    logger[level]({ groupId, topic, cause }, 'The flow is not known');
  }

  async #read(): Promise<Flow> {
    const { groupId, topic } = this.#options;
    const { admin } = this.#brokers;
    const stored = await admin.committed(groupId);
    const committed = new Map(
      stored.filter((one) => one.topic === topic).map((one) => [one.partition, one]),
    );
    const bounds = await admin.bounds([topic], 'read_committed');
    let counts = NO_FLOW;
    let lag = 0;
    let sum = 0n;
    for (const { partition, earliest, end } of bounds) {
      const { offset: next, metadata } = committed.get(partition) ?? NOTHING_COMMITTED;
      if (next > 0n) {
        sum += next;
        counts = addFlow(counts, decodeCommitMetadata(metadata, next).flow);
      }
      lag += this.#lag(partition, next < 0n ? earliest : next, end);
    }
    this.#committed = sum;
    return { ...counts, lag, time: new Date() };
  }

  #lag(partition: number, committed: bigint, end: bigint): number {
    const history = this.#histories.get(partition) ?? new OffsetHistory();
    this.#histories.set(partition, history);
    history.observe(committed, end, Date.now());
    return history.lag.records;
  }

  /** What is not known is not shown: a number that stands still would look like health. */
  #report(): void {
    const { groupId: group, topic, metrics } = this.#options;
    const flow = this.#flow;
    const lags = [...(flow === undefined ? [] : this.#histories)].map(([partition, { lag }]) => ({
      labels: { group, topic, partition },
      lag,
    }));
    metrics.setAll(
      FLOW_METRICS.group_lag_records,
      lags.map(({ labels, lag }) => ({ labels, value: lag.records })),
    );
    metrics.setAll(
      FLOW_METRICS.group_lag_seconds,
      lags.map(({ labels, lag }) => ({ labels, value: lag.seconds })),
    );
    const unaccounted = flow === undefined ? NaN : Number(this.#committed) - offsetsOf(flow);
    metrics.set(FLOW_METRICS.flow_unaccounted_records, {}, unaccounted);
    metrics.setAll(
      FLOW_METRICS.flow_records,
      flow === undefined
        ? []
        : [
            { labels: { outcome: 'emitted' }, value: flow.emitted },
            { labels: { outcome: 'dropped' }, value: flow.dropped },
            { labels: { outcome: 'dead_lettered' }, value: flow.deadLettered },
          ],
    );
  }
}

/** How far the counts reach, when nothing was lost. */
function offsetsOf({ emitted, dropped, deadLettered, uncounted }: FlowCounts): number {
  return emitted + dropped + deadLettered + uncounted;
}
