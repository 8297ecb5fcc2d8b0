import { setTimeout as sleep } from 'node:timers/promises';
import type { CommitPlan, FlowCounts } from '@login-pipeline/streams';
import { MAX_VALUE_BYTES, UndecidedError, addFlow, encodeFlow } from '@login-pipeline/streams';
import type { BatchConsumer, HandleBatch } from '../nest/batch-transport.ts';
import { classify, errorText, StalledError } from '../client/errors.ts';
import { GroupConsumer } from '../group/group-consumer.ts';
import { groupRights } from '../group/group-rights.ts';
import type { OwnedBatch } from '../group/group-options.ts';
import { Latency } from '../group/latency.ts';
import { BatchPlanner } from './batch-planner.ts';
import { Refusals } from './refusals.ts';
import { RecordsRefusedError, RefusedOutputsError } from './refused-outputs.ts';
import type { Ownership } from './partition-owners.ts';
import { PartitionOwners } from './partition-owners.ts';
import { transactionRefusal } from './transaction-refusal.ts';
import { requireTransactions } from './require-transactions.ts';
import type { TransactionalOptions } from './transactional-options.ts';
import { requireTransactionalTopics } from './transactional-topics.ts';
import type { TransactionalTopics } from './transactional-topics.ts';

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
  readonly #planner: BatchPlanner;
  readonly #consumer: GroupConsumer;
  readonly #owners: PartitionOwners;
  readonly #failures = new Map<number, number>();
  readonly #fencings = new Map<number, number>();
  readonly #refusals: Refusals;
  /** What the undecided batches of partitions wait for. */
  readonly #waiting = new Map<number, string>();
  readonly #latency: Latency;

  private constructor(
    options: TransactionalOptions,
    topics: TransactionalTopics,
    handle: HandleBatch<CommitPlan>,
  ) {
    this.#options = options;
    this.#latency = new Latency(options);
    this.#refusals = new Refusals(topics.deadLetter.topic);
    this.#planner = new BatchPlanner({ ...options, topics, handle });
    this.#consumer = new GroupConsumer({
      ...options,
      topic: topics.input.topic,
      rights: groupRights({ ...options.input, groupId: options.groupId }),
      concurrency: Math.min(topics.input.partitions, MAX_CONCURRENCY),
      fetchAhead: true,
      // What is larger than the output takes can be no login.
      // What one of the targets may take has to be read.
      maxValueBytes: Math.max(
        MAX_VALUE_BYTES,
        topics.output.maxMessageBytes,
        topics.deadLetter.maxMessageBytes,
      ),
      onBatch: (batch) => this.#onBatch(batch),
      onUnreadable: undefined,
      onAssigned: (partitions) => {
        this.#owners.keepOnly(partitions);
        this.#waiting.clear();
        this.#refusals.forgetAll();
      },
    });
    this.#owners = new PartitionOwners({
      ...options,
      input: topics.input,
      targets: [
        topics.output,
        topics.deadLetter,
        ...(topics.latest === undefined ? [] : [topics.latest]),
      ],
      latest: topics.latest && options.latest && { ...options.latest, ...topics.latest },
      group: this.#consumer,
    });
  }

  /** @throws KafkaUnavailableError when the brokers or one of the topics cannot be used */
  static async create(
    options: TransactionalOptions,
    handle: HandleBatch<CommitPlan>,
  ): Promise<TransactionalConsumer> {
    const topics = await requireTransactionalTopics(options);
    await requireTransactions(options.connection, options.logger, options);
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
    const [waiting] = this.#waiting.values();
    return this.#consumer.notReady() ?? waiting;
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
      await this.#traced(batch, owned);
      this.#failures.delete(partition);
      this.#fencings.delete(partition);
      this.#waiting.delete(partition);
    } catch (error) {
      await this.#recover(batch, owned, error);
    }
  }

  #traced(batch: OwnedBatch, owned: Ownership): Promise<void> {
    const { tracing, groupId } = this.#options;
    const transact = (): Promise<void> => this.#transact(batch, owned);
    return tracing === undefined ? transact() : tracing.process({ ...batch, groupId }, transact);
  }

  async #transact(batch: OwnedBatch, owned: Ownership): Promise<void> {
    const started = performance.now();
    const { latest } = owned;
    await latest?.catchUp(batch.heartbeat);
    const refusals = this.#refusals.of(batch.partition);
    const planned = await this.#planner.plan(batch, latest?.known, refusals);
    const { sends, nextOffset, counts, reasons } = planned;
    const flow = addFlow(owned.flow, counts);
    const metadata = encodeFlow(flow);
    try {
      const written = await owned.producer.commit(sends, { nextOffset, metadata });
      latest?.committed(written.filter(({ topic }) => topic === this.#options.latest?.topic));
    } catch (error) {
      const isRefused = error instanceof RecordsRefusedError;
      if (!isRefused || !this.#refusals.note(error.refused, planned, batch)) throw error;
      throw new RefusedOutputsError('What is refused is written in another way', { cause: error });
    }
    this.#refusals.forget(batch.partition);
    owned.flow = flow;
    owned.nextOffset = nextOffset;
    batch.resolve();
    this.#count(counts, reasons, batch.records.length, (performance.now() - started) / 1_000);
    this.#latency.observe(batch.records);
  }

  /** Settles what a failure means: returns when the partition may try again, throws when the process must end. */
  async #recover(batch: OwnedBatch, owned: Ownership | undefined, error: unknown): Promise<void> {
    const { partition } = batch;
    if (error instanceof UndecidedError) {
      await this.#wait(batch, error);
      return;
    }
    const failure = error instanceof RefusedOutputsError ? 'refused outputs' : classify(error);
    if (failure === 'bug' || failure === 'refused') {
      await owned?.producer.abort();
      await this.#owners.disown(partition);
      throw failure === 'bug' ? error : transactionRefusal(error, this.#options);
    }
    await this.#owners.disown(partition);
    const { logger, metrics, input } = this.#options;
    const outcome = failure === 'indefinite' ? 'indefinite' : 'aborted';
    metrics.increment('transactions_total', { outcome });
    logger.warn(
      { topic: input.topic, partition, outcome, cause: errorText(error) },
      'A transaction was not committed: its partition starts again at the committed offset',
    );
    if (this.#consumer.stopping) return;
    if (failure === 'fenced') await this.#confirmMembership(batch);
    else if (failure === 'indefinite') await sleep(this.#nextPause(partition));
    this.#consumer.seek(partition, batch.fetchedOffset);
  }

  /** Keeps a batch for later. A restart would not help, so the watchdog does not count the time. */
  async #wait(
    { partition, fetchedOffset }: OwnedBatch,
    { message }: UndecidedError,
  ): Promise<void> {
    const { logger, input } = this.#options;
    if (this.#waiting.get(partition) !== message) {
      logger.warn({ topic: input.topic, partition, cause: message }, 'A partition waits');
    }
    this.#waiting.set(partition, message);
    await sleep(this.#nextPause(partition));
    if (!this.#consumer.stopping) this.#consumer.tryAgain(partition, fetchedOffset);
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

  #count(
    { emitted, dropped, deadLettered }: FlowCounts,
    reasons: CommitPlan['reasons'],
    records: number,
    seconds: number,
  ): void {
    const { metrics } = this.#options;
    metrics.increment('records_total', { outcome: 'emitted' }, emitted);
    metrics.increment('records_total', { outcome: 'dropped' }, dropped);
    metrics.increment('records_total', { outcome: 'dead_lettered' }, deadLettered);
    for (const [reason, count] of reasons) {
      metrics.increment('dead_letters_total', { reason }, count);
    }
    metrics.increment('transactions_total', { outcome: 'committed' });
    metrics.observe('transaction_duration_seconds', {}, seconds);
    metrics.observe('batch_records', {}, records);
  }
}
