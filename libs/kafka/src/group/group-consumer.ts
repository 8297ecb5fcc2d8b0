import type { Logger, Metrics } from '@login-pipeline/observability';
import type { ConsumedBatch } from '@login-pipeline/pipeline';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import {
  causeOf,
  classify,
  errorText,
  KafkaUnavailableError,
  StalledError,
} from '../client/errors.ts';
import type { CommittedOffset, PartitionBounds } from './partition-watch.ts';
import { PartitionWatch } from './partition-watch.ts';
import { RestartBudget } from './restart-budget.ts';

/** A batch with what its owner may do with it. */
export interface OwnedBatch extends ConsumedBatch {
  /** The offset that was asked for: where the consumer believes to be. */
  readonly fetchedOffset: bigint;
  /** Counts the assignments of this process; a partition may have had another owner between two. */
  readonly generation: number;
  /** Moves the position past the batch. Only after its results are committed. */
  readonly resolve: () => void;
  /** Asks the coordinator, now and then, whether we are still a member; throws when we are not. */
  readonly heartbeat: () => Promise<void>;
}

export interface GroupConsumerOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  /** How many partitions are processed side by side. */
  readonly concurrency: number;
  /** How long the broker may gather records before it answers a fetch, in milliseconds; 0: not at all. */
  readonly lingerMs: number;
  /** How much one fetch may bring, in bytes; default 16 MiB. It is decoded in one go, while nothing else is answered. */
  readonly maxFetchBytes?: number;
  /** After how long without progress, with something to do, the process gives up. */
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  /** Where to report lag and the like; undefined: nowhere. */
  readonly metrics: Metrics | undefined;
  /** Processes one batch of one partition; batches of a partition come one at a time. */
  readonly onBatch: (batch: OwnedBatch) => Promise<void>;
  /** Where all partitions of the topic end; told at the start and then every few seconds. */
  readonly onEnds?: (ends: ReadonlyMap<number, bigint>) => void;
  /** A position moved, by a batch of ours or past control records: to `position`, over what lies from `from` on. */
  readonly onPosition?: (partition: number, position: bigint, from: bigint) => void;
  /** The group assigned partitions: everything known about earlier ones is void. */
  readonly onAssigned: (partitions: readonly number[]) => void;
  /** The consumer cannot go on; the process has to end. */
  readonly onFatal: (error: unknown) => void;
}

/** Members that die are noticed after this long; a batch takes a small part of it. */
const SESSION_TIMEOUT_MS = 15_000;
const HEARTBEAT_INTERVAL_MS = 3_000;
const REBALANCE_TIMEOUT_MS = 30_000;

/** The broker answers an empty fetch after this long: also how long a stop may have to wait. */
const LONG_POLL_MS = 500;
const MAX_BYTES_PER_PARTITION = 1024 * 1024;
const DEFAULT_MAX_FETCH_BYTES = 16 * 1024 * 1024;
/** A small fetch still brings something of so many partitions. */
const PARTITIONS_PER_FETCH = 4;

/**
 * A member of a consumer group that either consumes or ends the process. kafkajs alone can be alive
 * outside its group after a non-retriable error, and restarts for ever after the others.
 */
export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #consumer: Consumer;
  readonly #watch: PartitionWatch;
  readonly #restarts = new RestartBudget();
  /** Errors of heartbeats: kafkajs has to see them, because they make it join again. */
  readonly #groupErrors = new WeakSet();
  #generation = 0;
  #joined = false;
  #stopping = false;

  constructor(options: GroupConsumerOptions) {
    this.#options = options;
    const { connection, groupId, topic, lingerMs, stallTimeoutMs, logger, metrics } = options;
    const maxBytes = options.maxFetchBytes ?? DEFAULT_MAX_FETCH_BYTES;
    this.#consumer = createClient(connection, logger, 'run').consumer({
      groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxBytesPerPartition: Math.min(MAX_BYTES_PER_PARTITION, maxBytes / PARTITIONS_PER_FETCH),
      maxBytes,
      minBytes: lingerMs > 0 ? MAX_BYTES_PER_PARTITION : 1,
      maxWaitTimeInMs: lingerMs > 0 ? lingerMs : LONG_POLL_MS,
      retry: { restartOnFailure: (error) => Promise.resolve(this.#mayRestart(error)) },
    });
    this.#watch = new PartitionWatch({
      admin: createClient(connection, logger, 'run').admin(),
      groupId,
      topic,
      stallTimeoutMs,
      logger,
      metrics,
      onEnds: (ends) => options.onEnds?.(ends),
      onStalled: (dump) => {
        this.#fail(new StalledError(`No progress on ${topic}: ${dump}`));
      },
    });
  }

  /** Joins the group and starts to consume. @throws what kafkajs throws when that fails */
  async start(): Promise<void> {
    const { topic, concurrency } = this.#options;
    this.#listen();
    await this.#watch.start();
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  /** Finishes the batches in flight, leaves the group and disconnects. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#joined = false;
    await this.#consumer.disconnect();
    await this.#watch.stop();
  }

  /** Goes on at an offset; the batches already fetched for the partition are dropped. */
  seek(partition: number, offset: bigint): void {
    this.#consumer.seek({ topic: this.#options.topic, partition, offset: offset.toString() });
    this.#watch.moved(partition, offset);
  }

  /** @returns why the service does not consume, or undefined when it does */
  notReady(): string | undefined {
    return this.#joined ? undefined : 'not a member of the consumer group';
  }

  /** @returns why the process should be replaced, or undefined */
  notLive(): string | undefined {
    return this.#watch.stalled;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** @returns what the group has committed for a partition, or undefined when there is nothing */
  committed(partition: number): Promise<CommittedOffset | undefined> {
    return this.#watch.committed(partition);
  }

  /** @returns the offsets that the partitions of the topic have now */
  bounds(): Promise<ReadonlyMap<number, PartitionBounds>> {
    return this.#watch.bounds();
  }

  /** Tells the group how far we are, for those who look at its lag; a failure changes nothing. */
  commit(offsets: readonly { readonly partition: number; readonly nextOffset: bigint }[]): void {
    const { topic, logger } = this.#options;
    this.#consumer
      .commitOffsets(
        offsets.map(({ partition, nextOffset }) => ({
          topic,
          partition,
          offset: nextOffset.toString(),
        })),
      )
      .catch((error: unknown) => {
        logger.debug({ topic, cause: errorText(error) }, 'The group did not take the offsets');
      });
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    if (!payload.isRunning() || payload.isStale()) return;
    const { batch } = payload;
    const { topic, partition, messages } = batch;
    const lastOffset = batch.lastOffset();
    const nextOffset = BigInt(lastOffset) + 1n;
    const fetchedOffset = BigInt(
      (batch as unknown as { readonly fetchedOffset: string }).fetchedOffset,
    );
    try {
      await this.#options.onBatch({
        topic,
        partition,
        records: messages,
        nextOffset,
        fetchedOffset,
        generation: this.#generation,
        resolve: () => {
          payload.resolveOffset(lastOffset);
          this.#moved(partition, nextOffset, fetchedOffset, Number(messages.at(-1)?.timestamp));
        },
        heartbeat: () => this.#heartbeat(() => payload.heartbeat()),
      });
    } catch (error) {
      if (!(error instanceof Error && this.#groupErrors.has(error))) this.#fail(error);
      throw error;
    }
  }

  async #heartbeat(heartbeat: () => Promise<void>): Promise<void> {
    try {
      await heartbeat();
    } catch (error) {
      if (error instanceof Error) this.#groupErrors.add(error);
      throw error;
    }
  }

  #moved(partition: number, position: bigint, from: bigint, recordTime?: number): void {
    this.#watch.moved(partition, position, recordTime);
    this.#options.onPosition?.(partition, position, from);
  }

  #listen(): void {
    const { events } = this.#consumer;
    const { topic, groupId, logger, metrics, onAssigned } = this.#options;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? [];
      this.#generation += 1;
      this.#joined = true;
      metrics?.set('consumer_assigned_partitions', {}, partitions.length);
      logger.info({ groupId, topic, partitions }, 'Partitions assigned');
      onAssigned(partitions);
      this.#watch.assign(partitions);
    });
    this.#consumer.on(events.REBALANCING, () => {
      this.#joined = false;
      metrics?.increment('consumer_rebalances_total', {});
      logger.info({ groupId }, 'The group is rebalancing');
    });
    // A batch of control records or aborted ones never reaches us, but it is progress.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      const { partition, lastOffset } = payload;
      // Null, against its type, when compaction left nothing of what was asked for.
      const firstOffset = payload.firstOffset as string | null;
      this.#moved(partition, BigInt(lastOffset) + 1n, BigInt(firstOffset ?? lastOffset));
    });
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#onCrash(payload);
    });
  }

  #onCrash({ error, restart }: ConsumerCrashEvent['payload']): void {
    this.#joined = false;
    const { logger, metrics, topic, groupId } = this.#options;
    if (this.#stopping) return;
    if (restart) {
      metrics?.increment('consumer_restarts_total', { cause: causeOf(error) });
      logger.warn({ groupId, cause: errorText(error) }, 'The consumer restarts');
      return;
    }
    if (classify(error) === 'refused') {
      const told = `Group "${groupId}" cannot go on with topic "${topic}": ${errorText(error)}`;
      this.#fail(new KafkaUnavailableError(told, { cause: error }));
    } else {
      const told = `The consumer of "${topic}" cannot go on: ${errorText(error)}`;
      this.#fail(new StalledError(told, { cause: error }));
    }
  }

  #mayRestart(error: unknown): boolean {
    return !this.#stopping && classify(error) !== 'refused' && this.#restarts.take();
  }

  #fail(error: unknown): void {
    if (this.#stopping) return;
    this.#options.onFatal(error);
  }
}
