import type { Leader } from '../cluster/cluster.ts';
import { isRetriable } from '../cluster/protocol-error.ts';
import { UnreadableBatchError } from '../fetch/errors.ts';
import { PositionLostError } from '../fetch/partition-reader.ts';
import type { Reading } from '../fetch/pieces.ts';
import { readRange } from '../fetch/read-range.ts';
import type { LatestRecord } from '../plan/plan.ts';
import { UndecidedError } from '../plan/undecided-error.ts';
import { boundsOf, stableEndOf } from '../positions/positions.ts';
import type { Write, Written } from '../transactions/produce.ts';
import type { PlanContext } from '../transform/planned-batch.ts';
import { LatestByKey } from './latest-by-key.ts';
import type { LatestOutput } from './latest-by-key.ts';
import type { LatestEnds } from './latest-ends.ts';
import { OwnWrites } from './own-writes.ts';

/** The markers of a transaction follow its commit within milliseconds. */
const SETTLE_PAUSE_MS = 20;
const SETTLE_LOOKS = 10;
/** When they do not, others have a transaction open: it is looked for again after so long. */
const UNSETTLED_MS = 1_000;

/** What takes longer is reported as a wait, and goes on meanwhile. */
const RETRY_FOR_MS = 2_000;

/** A batch that was damaged on its way is whole the next time; one that is damaged on the broker takes an operator. */
const READ_ATTEMPTS = 3;

export interface LatestSource extends PlanContext {
  readonly topic: string;
  /** The header with a record's time. */
  readonly timeHeader: string;
  readonly ends: LatestEnds;
  readonly reading: Reading;
}

/** The latest records cannot be read back: without them an older one might be written after a newer one. */
export class LatestUnreadableError extends Error {
  override readonly name = 'LatestUnreadableError';
  readonly code = 'LATEST_UNREADABLE';
  readonly topic: string;

  constructor(topic: string, cause: UnreadableBatchError) {
    super(`${cause.message}. Without it the latest records of "${topic}" are not known`, { cause });
    this.topic = topic;
  }
}

/**
 * One partition of the topic of latest records, with all that is known of it. Its owner is the only
 * one of the group that writes to it, but an operator may: a tombstone lets a key be forgotten.
 */
export class LatestPartition {
  readonly #source: LatestSource;
  /** The topic that was read back; undefined: not yet. */
  #topicId: string | undefined;
  #known: LatestByKey;
  #writes = new OwnWrites();
  /** Some of what others wrote is read, and the rest may belong to it. */
  #isBehind = false;
  #updating: Promise<void> | undefined;
  #unsettledUntil = -Infinity;
  #unreadable = 0;

  constructor(source: LatestSource) {
    this.#source = source;
    this.#known = new LatestByKey(source.timeHeader);
  }

  /**
   * Reads the partition back, or else what others had written a second ago, if anything. Only
   * between two transactions, and only after nothing of the last owner is undecided in the group.
   *
   * @throws UndecidedError when the partition cannot be read at the moment, or while reading takes
   *   long: it goes on, and is waited for the next time
   * @throws LatestUnreadableError when an operator has to act
   */
  async update(): Promise<void> {
    const { topic, partition, clock } = this.#source;
    const updating = (this.#updating ??= this.#update());
    const timer = new AbortController();
    const late = clock.sleep(RETRY_FOR_MS, timer.signal).then(
      () => true,
      () => true,
    );
    let isLate = false;
    try {
      isLate = await Promise.race([updating.then(() => false), late]);
    } finally {
      timer.abort();
      if (!isLate) this.#updating = undefined;
    }
    if (isLate) {
      throw new UndecidedError(
        `The latest records of partition ${partition} of topic "${topic}" are being read`,
      );
    }
  }

  /** @returns what is to be written of a batch's records */
  take(records: readonly LatestRecord[]): readonly LatestOutput[] {
    return this.#known.take(records, this.#source.clock.now());
  }

  /**
   * What was taken last is committed.
   *
   * @param writes of it, each with where it went; undefined where that is not known
   */
  committed(writes: readonly (readonly [Write, Written | undefined])[]): void {
    this.#known.committed();
    this.#writes.committed(
      writes.flatMap(([{ batches }, written]) =>
        batches.map(({ length }, index) => ({
          base: written?.baseOffsets[index] ?? -1n,
          offsets: BigInt(length),
        })),
      ),
    );
  }

  async #update(): Promise<void> {
    const { topic, partition, cluster } = this.#source;
    const topicId = cluster.topic(topic)?.topicId;
    const leader = cluster.leader(topic, partition);
    if (topicId === undefined || leader === undefined) {
      throw new UndecidedError(`Partition ${partition} of topic "${topic}" has no leader`);
    }
    try {
      if (this.#topicId === topicId) await this.#catchUp(topicId, leader);
      else await this.#restore(topicId, leader);
      this.#unreadable = 0;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /**
   * Reads all that the log has at this moment, whether it is stable or not: a transaction of the
   * last owner whose markers are on their way holds the last stable offset below it, so that
   * committed records are complete only from that end on.
   */
  async #restore(topicId: string, leader: Leader): Promise<void> {
    const { cluster, topic, timeHeader, partition } = this.#source;
    this.#topicId = undefined;
    this.#known = new LatestByKey(timeHeader);
    this.#writes = new OwnWrites();
    this.#isBehind = false;
    const { earliest, end } = await boundsOf(cluster, topic, partition, leader);
    await this.#read(topicId, leader, earliest, end);
    this.#topicId = topicId;
  }

  async #catchUp(topicId: string, leader: Leader): Promise<void> {
    const { cluster, topic, partition } = this.#source;
    if (!this.#isBehind && !(await this.#mayBeBehind())) return;
    const { end } = await boundsOf(cluster, topic, partition, leader);
    const { known } = this.#writes;
    // The log was truncated: offsets come again, for other records.
    if (end < known) await this.#restore(topicId, leader);
    if (end <= known) return;
    // Read up to somewhere in the records of this process, a tombstone would take with it what was written after it.
    if (!this.#isBehind && !(await this.#settles(end, leader))) return;
    this.#isBehind = true;
    await this.#read(topicId, leader, known, end);
    this.#isBehind = false;
  }

  async #mayBeBehind(): Promise<boolean> {
    const { ends, partition, clock } = this.#source;
    const stable = await ends.recent(partition);
    if (stable === undefined || clock.now() < this.#unsettledUntil) return false;
    return stable < this.#writes.known || this.#writes.hasOthersBelow(stable);
  }

  /** @returns whether all below an end is decided; when that takes long, the next time tells */
  async #settles(end: bigint, leader: Leader): Promise<boolean> {
    const { cluster, topic, partition, clock } = this.#source;
    for (let look = 0; look < SETTLE_LOOKS; look += 1) {
      if ((await stableEndOf(cluster, topic, partition, leader)) >= end) return true;
      await clock.sleep(SETTLE_PAUSE_MS);
    }
    this.#unsettledUntil = clock.now() + UNSETTLED_MS;
    return false;
  }

  /** Takes in what is committed between two offsets. */
  async #read(topicId: string, leader: Leader, from: bigint, end: bigint): Promise<void> {
    const now = this.#source.clock.now();
    const position = { topicId, offset: from, leaderEpoch: leader.epoch };
    for await (const { records } of readRange(this.#source, position, end)) {
      for (const record of records) this.#known.note(record, now);
    }
    this.#writes.readTo(end);
  }

  #failure(error: unknown): unknown {
    const { topic, partition } = this.#source;
    if (error instanceof UnreadableBatchError) {
      this.#unreadable += 1;
      if (this.#unreadable >= READ_ATTEMPTS) return new LatestUnreadableError(topic, error);
    } else if (!(error instanceof PositionLostError) && !isRetriable(error)) {
      return error;
    }
    const message = error instanceof Error ? error.message : '';
    return new UndecidedError(
      `The latest records of partition ${partition} of topic "${topic}" cannot be read: ${message}`,
    );
  }
}
