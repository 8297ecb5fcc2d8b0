import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@login-pipeline/observability';
import type { FlowCounts } from '@login-pipeline/pipeline';
import { addFlow, decodeFlow, NO_FLOW } from '@login-pipeline/pipeline';
import type { Admin } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import { errorText } from '../client/errors.ts';

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
  readonly logger: Logger;
}

const PAUSE_MS = 2_000;

/** A Nest provider that reads, every two seconds, what another service's group has committed: offsets and the counts beside them. */
export class FlowWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #options: FlowWatchOptions;
  readonly #admin: Admin;
  #timer: NodeJS.Timeout | undefined;
  #flow: Flow | undefined;
  #looking = false;

  constructor(options: FlowWatchOptions) {
    this.#options = options;
    this.#admin = createClient(options.connection, options.logger, 'start').admin();
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
      const { groupId, topic, logger } = this.#options;
      logger.debug({ groupId, topic, cause: errorText(error) }, 'The flow is not known');
      this.#flow = undefined;
    } finally {
      this.#looking = false;
    }
  }

  async #read(): Promise<Flow | undefined> {
    const { groupId, topic } = this.#options;
    const [committed] = await this.#admin.fetchOffsets({ groupId, topics: [topic] });
    const bounds = await this.#admin.fetchTopicOffsets(topic);
    let counts = NO_FLOW;
    let lag = 0;
    for (const { partition, low, high } of bounds) {
      const offset = committed?.partitions.find((found) => found.partition === partition);
      const next = Number(offset?.offset ?? -1);
      lag += Math.max(0, Number(high) - (next < 0 ? Number(low) : next));
      counts = addFlow(counts, decodeFlow(offset?.metadata ?? null));
    }
    return { ...counts, lag, time: new Date() };
  }
}
