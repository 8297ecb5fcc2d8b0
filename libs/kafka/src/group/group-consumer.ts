import type { Consumer, ConsumerCrashEvent } from 'kafkajs';
import type { UnreadableBatchError } from '@login-pipeline/streams';
import { createClient } from '../client/connection.ts';
import {
  causeOf,
  classify,
  errorText,
  KafkaUnavailableError,
  StalledError,
} from '../client/errors.ts';
import { ClientSockets } from '../client/client-sockets.ts';
import { BatchRunner } from './batch-runner.ts';
import { consumerConfig, LONGEST_JOIN_MS } from './consumer-config.ts';
import { diagnose } from './diagnosis.ts';
import { GroupExit } from './group-exit.ts';
import type { GroupConsumerOptions } from './group-options.ts';
import { Membership } from './membership.ts';
import type { CommittedOffset, PartitionBounds } from './partition-watch.ts';
import { PartitionWatch } from './partition-watch.ts';
import { RestartBudget } from './restart-budget.ts';
import { UnreadablePartitions } from './unreadable-partitions.ts';
import { refusalOf } from '../security/rights.ts';

/**
 * A member of a consumer group that either consumes or ends the process. kafkajs alone can be alive
 * outside its group after a non-retriable error, and restarts for ever after the others.
 */
export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #consumer: Consumer;
  readonly #watch: PartitionWatch;
  readonly #membership = new Membership(Date.now());
  readonly #sockets = new ClientSockets((memberId) => {
    this.#onJoining(memberId);
  });
  readonly #exit = new GroupExit();
  readonly #restarts = new RestartBudget();
  readonly #batches: BatchRunner;
  readonly #unreadable: UnreadablePartitions;
  #stopping = false;

  constructor(options: GroupConsumerOptions) {
    this.#options = options;
    const { connection, groupId, topic, stallTimeoutMs, logger, metrics } = options;
    this.#consumer = createClient(connection, logger, 'run', this.#sockets).consumer({
      ...consumerConfig(options),
      partitionAssigners: [this.#exit.assigner],
      retry: { restartOnFailure: (error) => Promise.resolve(this.#mayRestart(error)) },
    });
    this.#batches = new BatchRunner({
      ...options,
      generation: () => this.#membership.generation,
      isStopping: () => this.#stopping,
      onMoved: (partition, position, from, recordTime) => {
        this.#moved(partition, position, from, recordTime);
      },
      onWaiting: (partition, isWaiting) => {
        this.#watch.waiting(partition, isWaiting);
      },
      onUnreadable: (error, position) => {
        this.#onUnreadable(error, position);
      },
      onFatal: (error) => {
        this.#fail(error);
      },
      seek: (partition, offset) => {
        this.seek(partition, offset);
      },
    });
    this.#unreadable = new UnreadablePartitions({
      ...options,
      pause: (partition) => {
        this.#consumer.pause([{ topic, partitions: [partition] }]);
      },
      resume: (partition, offset) => {
        this.#consumer.resume([{ topic, partitions: [partition] }]);
        this.tryAgain(partition, offset);
      },
    });
    this.#watch = new PartitionWatch({
      admin: createClient(connection, logger, 'run').admin(),
      groupId,
      topic,
      stallTimeoutMs,
      logger,
      metrics,
      onEnds: (ends) => options.onEnds?.(ends),
      membership: this.#membership,
      membershipTimeoutMs: Math.max(stallTimeoutMs, LONGEST_JOIN_MS),
      onStalled: (reason) => {
        this.#stalled(`No progress on "${topic}" in group "${groupId}": ${reason}`);
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
    if (this.#stopping) return;
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: (payload) => this.#batches.run(payload),
    });
  }

  /** Finishes the batches in flight, leaves the group and disconnects. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const { groupId, logger } = this.#options;
    const { state, memberId } = this.#membership;
    this.#membership.gone('leaving', Date.now());
    this.#unreadable.forgetAll();
    // A join lasts until the slowest member has joined too: nobody should wait for that to end us.
    if (state === 'joining') this.#sockets.abort();
    await this.#batches.allIdle();
    await this.#consumer.disconnect();
    if (state === 'joining') await this.#exit.leave({ groupId, memberId }, logger);
    await this.#watch.stop();
  }

  /** Goes on at an offset; the batches already fetched for the partition are dropped. */
  seek(partition: number, offset: bigint): void {
    this.#batches.forget(partition);
    this.#consumer.seek({ topic: this.#options.topic, partition, offset: offset.toString() });
    this.#watch.placed(partition, offset);
  }

  /** Like {@link seek}, for what waits for something that no restart brings: to the watchdog an attempt is progress. */
  tryAgain(partition: number, offset: bigint): void {
    this.seek(partition, offset);
    this.#watch.moved(partition, offset);
  }

  /** @returns why the service does not consume, or undefined when it does */
  notReady(): string | undefined {
    if (this.#membership.state !== 'member') return 'not a member of the consumer group';
    return this.#unreadable.notReady();
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

  /** @returns the same of several partitions: those for which there is something */
  async allCommitted(partitions: readonly number[]): Promise<ReadonlyMap<number, CommittedOffset>> {
    const all = await this.#watch.allCommitted(partitions);
    return new Map(all.flatMap(([partition, found]) => (found ? [[partition, found]] : [])));
  }

  /** @returns the offsets that the partitions of the topic have now */
  bounds(): Promise<ReadonlyMap<number, PartitionBounds>> {
    return this.#watch.bounds();
  }

  /** Tells the group how far we are, for those who look at its lag; a failure changes nothing. */
  commit(offsets: readonly (CommittedOffset & { readonly partition: number })[]): void {
    const { topic, logger } = this.#options;
    this.#consumer
      .commitOffsets(
        offsets.map(({ partition, nextOffset, metadata }) => ({
          topic,
          partition,
          offset: nextOffset.toString(),
          metadata,
        })),
      )
      .catch((error: unknown) => {
        logger.debug({ topic, cause: errorText(error) }, 'The group did not take the offsets');
      });
  }

  #onUnreadable(error: UnreadableBatchError, position: bigint): void {
    if (this.#stopping) return;
    const { onUnreadable } = this.#options;
    if (onUnreadable !== undefined) {
      this.#fail(onUnreadable(error));
      return;
    }
    this.seek(error.place.partition, position);
    this.#unreadable.hold(error, position);
  }

  #moved(partition: number, position: bigint, from: bigint, recordTime?: number): void {
    this.#unreadable.passed(partition);
    this.#watch.moved(partition, position, recordTime);
    this.#options.onPosition?.(partition, position, from);
  }

  #listen(): void {
    const { events } = this.#consumer;
    const { topic, groupId, logger, metrics, onAssigned } = this.#options;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? [];
      if (this.#stopping) return;
      this.#unreadable.forgetAll();
      this.#consumer.resume([{ topic }]);
      this.#membership.joined(payload.memberId, Date.now());
      metrics?.increment('consumer_rebalances_total', {});
      metrics?.set('consumer_assigned_partitions', {}, partitions.length);
      logger.info({ groupId, topic, partitions }, 'Partitions assigned');
      onAssigned(partitions);
      this.#watch.assign(partitions);
    });
    this.#consumer.on(events.HEARTBEAT, () => {
      if (!this.#stopping) this.#membership.counted(Date.now());
    });
    // A batch of control records or aborted ones never reaches us, but it is progress.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      // Null, against its type, when compaction left nothing of what was asked for.
      const firstOffset = payload.firstOffset as string | null;
      this.#batches.skip(payload.partition, {
        from: BigInt(firstOffset ?? payload.lastOffset),
        to: BigInt(payload.lastOffset) + 1n,
      });
    });
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#onCrash(payload);
    });
  }

  /** kafkajs has an event for some of the reasons to join again, and for others none. */
  #onJoining(memberId: string): void {
    if (this.#stopping) return;
    const { groupId, logger } = this.#options;
    if (this.#membership.joining(memberId, Date.now())) {
      logger.info({ groupId }, 'The group is rebalancing');
    }
  }

  #onCrash({ error, restart }: ConsumerCrashEvent['payload']): void {
    const { logger, metrics, topic, groupId } = this.#options;
    if (this.#stopping) return;
    this.#membership.gone('restarting', Date.now());
    if (restart) {
      metrics?.increment('consumer_restarts_total', { cause: causeOf(error) });
      logger.warn({ groupId, cause: errorText(error) }, 'The consumer restarts');
      return;
    }
    const refusal = refusalOf(error, this.#options.rights);
    if (refusal !== undefined) {
      this.#fail(refusal);
    } else if (classify(error) === 'refused') {
      const told = `Group "${groupId}" cannot go on with topic "${topic}": ${errorText(error)}`;
      this.#fail(new KafkaUnavailableError(told, { cause: error }));
    } else {
      this.#stalled(`The consumer of "${topic}" cannot go on: ${errorText(error)}`, error);
    }
  }

  #stalled(told: string, cause?: unknown): void {
    const diagnosis = diagnose(this.#membership, this.#watch, this.#batches.inFlight);
    this.#fail(new StalledError(told, { cause, diagnosis }));
  }

  #mayRestart(error: unknown): boolean {
    return !this.#stopping && classify(error) !== 'refused' && this.#restarts.take();
  }

  #fail(error: unknown): void {
    if (this.#stopping) return;
    this.#options.onFatal(error);
  }
}
