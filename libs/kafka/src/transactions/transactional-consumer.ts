import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, Metrics } from '@login-pipeline/observability';
import type { CommitPlan } from '@login-pipeline/pipeline';
import { addFlow, BATCH_OVERHEAD, encodeFlow, flowOf } from '@login-pipeline/pipeline';
import type { BatchConsumer, HandleBatch } from '../nest/batch-transport.ts';
import type { Compression } from '../client/compression.ts';
import type { KafkaConnection } from '../client/connection.ts';
import { classify, errorText, KafkaUnavailableError, StalledError } from '../client/errors.ts';
import type { OwnedBatch } from '../group/group-consumer.ts';
import { GroupConsumer } from '../group/group-consumer.ts';
import type { Ownership } from './partition-owners.ts';
import { PartitionOwners } from './partition-owners.ts';
import type { TopicRole, UsableTopic } from '../client/topics.ts';
import { requireTopics } from '../client/topics.ts';

export interface TransactionalOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly input: TopicRole;
  readonly output: TopicRole;
  readonly deadLetter: TopicRole;
  /** How long the broker may gather records before it answers a fetch, in milliseconds. */
  readonly lingerMs: number;
  /** The most records of one produce request. */
  readonly batchMaxRecords: number;
  readonly compression: Compression;
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The consumer cannot go on; the process has to end. */
  readonly onFatal: (error: unknown) => void;
}

interface Topics {
  readonly input: UsableTopic;
  readonly output: UsableTopic;
  readonly deadLetter: UsableTopic;
}

/** How many partitions have a transaction under way at the same time, at most. */
const MAX_CONCURRENCY = 64;

/** Fenced so often without one commit in between: somebody else uses the transactional ids. */
const MAX_FENCINGS = 5;

/** Longer than the pause between two heartbeats, so that the coordinator is really asked. */
const MEMBERSHIP_CHECKS = 8;
const MEMBERSHIP_PAUSE_MS = 500;

/** After a failure a partition waits, longer each time, before it tries again. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Consumes a topic and writes each batch's outputs, dead letters and next offset in one transaction, so
 * that read-committed readers see the result of every input record exactly once.
 *
 * kafkajs cannot fence by group generation (KIP-447), so ownership is settled per partition: see
 * {@link PartitionOwners}. Nothing is resolved before its commit, and whatever leaves a transaction's
 * result open throws its producer away.
 */
export class TransactionalConsumer implements BatchConsumer {
  readonly #options: TransactionalOptions;
  readonly #topics: Topics;
  readonly #handle: HandleBatch<CommitPlan>;
  readonly #consumer: GroupConsumer;
  readonly #owners: PartitionOwners;
  readonly #failures = new Map<number, number>();
  readonly #fencings = new Map<number, number>();

  private constructor(
    options: TransactionalOptions,
    topics: Topics,
    handle: HandleBatch<CommitPlan>,
  ) {
    this.#options = options;
    this.#topics = topics;
    this.#handle = handle;
    this.#consumer = new GroupConsumer({
      ...options,
      topic: topics.input.topic,
      concurrency: Math.min(topics.input.partitions, MAX_CONCURRENCY),
      onBatch: (batch) => this.#onBatch(batch),
      onAssigned: (partitions) => {
        this.#owners.keepOnly(partitions);
      },
    });
    this.#owners = new PartitionOwners({ ...options, input: topics.input, group: this.#consumer });
  }

  /** @throws KafkaUnavailableError when the brokers or one of the topics cannot be used */
  static async create(
    options: TransactionalOptions,
    handle: HandleBatch<CommitPlan>,
  ): Promise<TransactionalConsumer> {
    const { connection, logger, input, output, deadLetter } = options;
    const topics = await requireTopics(connection, logger, { input, output, deadLetter });
    return new TransactionalConsumer(options, topics, handle);
  }

  start(): Promise<void> {
    return this.#consumer.start();
  }

  async stop(): Promise<void> {
    await this.#consumer.stop();
    await this.#owners.close();
  }

  notReady(): string | undefined {
    return this.#consumer.notReady();
  }

  notLive(): string | undefined {
    return this.#consumer.notLive();
  }

  async #onBatch(batch: OwnedBatch): Promise<void> {
    const { partition } = batch;
    let owned: Ownership | undefined;
    try {
      owned = await this.#owners.own(batch);
      if (owned === undefined) return;
      await this.#transact(batch, owned);
      this.#failures.delete(partition);
      this.#fencings.delete(partition);
    } catch (error) {
      await this.#recover(batch, owned, error);
    }
  }

  async #transact(batch: OwnedBatch, owned: Ownership): Promise<void> {
    const { output, deadLetter } = this.#topics;
    const started = performance.now();
    const { topic, partition, records, nextOffset } = batch;
    const maxOutputBytes = output.maxMessageBytes - BATCH_OVERHEAD;
    const plan = await this.#handle({ topic, partition, records, nextOffset, maxOutputBytes });
    const flow = addFlow(owned.flow, flowOf(plan));
    await owned.producer.commit(
      [
        { ...output, records: plan.outputs },
        { ...deadLetter, records: plan.deadLetters },
      ],
      { nextOffset: plan.nextOffset, metadata: encodeFlow(flow) },
    );
    owned.flow = flow;
    batch.resolve();
    this.#count(plan, records.length, (performance.now() - started) / 1_000);
  }

  /** Settles what a failure means: returns when the partition may try again, throws when the process must end. */
  async #recover(batch: OwnedBatch, owned: Ownership | undefined, error: unknown): Promise<void> {
    const { partition } = batch;
    const failure = classify(error);
    if (failure === 'bug' || failure === 'refused') {
      await owned?.producer.abort();
      await this.#owners.disown(partition);
      throw failure === 'bug' ? error : this.#refusal(error);
    }
    await this.#owners.disown(partition);
    const { logger, metrics, input } = this.#options;
    const outcome = failure === 'fenced' ? 'aborted' : 'indefinite';
    metrics.increment('transactions_total', { outcome });
    logger.warn(
      { topic: input.topic, partition, outcome, cause: errorText(error) },
      'A transaction was not committed: its partition starts again at the committed offset',
    );
    if (this.#consumer.stopping) return;
    if (failure === 'fenced') await this.#confirmMembership(batch);
    else await sleep(this.#nextPause(partition));
    this.#consumer.seek(partition, batch.fetchedOffset);
  }

  /**
   * Somebody took the partition's transactional id over. Only the coordinator knows who owns the
   * partition now: if its answer throws we join again; if it counts us in, the other one was a zombie.
   */
  async #confirmMembership({ partition, heartbeat }: OwnedBatch): Promise<void> {
    const fencings = (this.#fencings.get(partition) ?? 0) + 1;
    this.#fencings.set(partition, fencings);
    if (fencings >= MAX_FENCINGS) {
      const { groupId, input } = this.#options;
      throw new StalledError(
        `Partition ${partition} of "${input.topic}" was fenced ${fencings} times in a row: ` +
          `something else uses the transactional ids that begin with "${groupId}." (GROUP_ID)`,
      );
    }
    for (let check = 0; check < MEMBERSHIP_CHECKS; check += 1) {
      await sleep(MEMBERSHIP_PAUSE_MS);
      await heartbeat();
    }
  }

  #nextPause(partition: number): number {
    const failures = this.#failures.get(partition) ?? 0;
    this.#failures.set(partition, failures + 1);
    return Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
  }

  #refusal(error: unknown): Error {
    const { output, deadLetter } = this.#options;
    return new KafkaUnavailableError(
      `The brokers refuse a transaction to "${output.topic}" (${output.setting}) and ` +
        `"${deadLetter.topic}" (${deadLetter.setting}): ${errorText(error)}. Nothing of it was committed.`,
      { cause: error },
    );
  }

  #count({ outputs, dropped, deadLetters, reasons }: CommitPlan, records: number, seconds: number) {
    const { metrics } = this.#options;
    metrics.increment('records_total', { outcome: 'emitted' }, outputs.length);
    metrics.increment('records_total', { outcome: 'dropped' }, dropped);
    metrics.increment('records_total', { outcome: 'dead_lettered' }, deadLetters.length);
    for (const [reason, count] of reasons) {
      metrics.increment('dead_letters_total', { reason }, count);
    }
    metrics.increment('transactions_total', { outcome: 'committed' });
    metrics.observe('transaction_duration_seconds', {}, seconds);
    metrics.observe('batch_records', {}, records);
  }
}
