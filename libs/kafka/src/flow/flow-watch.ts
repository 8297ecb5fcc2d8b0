import type { FlowCounts } from '@login-pipeline/streams';
import { NO_FLOW, addFlow, decodeCommitMetadata } from '@login-pipeline/streams';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger, Metrics } from '@login-pipeline/observability';
import type { Admin } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import { errorText } from '../client/errors.ts';
import { OffsetHistory } from './offset-history.ts';
import { refusalOf } from '../security/rights.ts';

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

/** A Nest provider that reads, every two seconds, what another service's group has committed: offsets and the counts beside them. */
export class FlowWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #options: FlowWatchOptions;
  readonly #admin: Admin;
  #timer: NodeJS.Timeout | undefined;
  #flow: Flow | undefined;
  /** Of the same answer as the flow, so that the two can be compared to the record. */
  #committed = 0n;
  readonly #histories = new Map<number, OffsetHistory>();
  #looking = false;
  #warned = false;

  constructor(options: FlowWatchOptions) {
    this.#options = options;
    this.#admin = createClient(options.connection, options.logger, 'start').admin();
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
    await this.#admin.disconnect();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#admin.connect();
      this.#flow = await this.#read();
    } catch (error) {
      // Whoever may not see the other group, or finds no broker, shows no flow; nothing else depends on it.
      this.#flow = undefined;
      this.#tell(error);
    } finally {
      this.#looking = false;
    }
  }

  /** A missing right is told once: it needs somebody to grant it. */
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

  async #read(): Promise<Flow | undefined> {
    const { groupId, topic } = this.#options;
    const [committed] = await this.#admin.fetchOffsets({ groupId, topics: [topic] });
    const bounds = await this.#admin.fetchTopicOffsets(topic);
    let counts = NO_FLOW;
    let lag = 0;
    let sum = 0n;
    for (const { partition, low, high } of bounds) {
      const offset = committed?.partitions.find((found) => found.partition === partition);
      const next = BigInt(offset?.offset ?? -1);
      if (next > 0n) {
        sum += next;
        const { flow } = decodeCommitMetadata(offset?.metadata ?? '', next);
        counts = addFlow(counts, flow);
      }
      lag += this.#lag(partition, next < 0n ? BigInt(low) : next, BigInt(high));
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
      'group_lag_records',
      lags.map(({ labels, lag }) => ({ labels, value: lag.records })),
    );
    metrics.setAll(
      'group_lag_seconds',
      lags.map(({ labels, lag }) => ({ labels, value: lag.seconds })),
    );
    const unaccounted = flow === undefined ? NaN : Number(this.#committed) - offsetsOf(flow);
    metrics.set('flow_unaccounted_records', {}, unaccounted);
    metrics.setAll(
      'flow_records',
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
