import type { Cluster } from '../cluster/cluster.ts';
import type { Member } from '../group/member.ts';
import type { Clock } from '../ports.ts';
import { committedOffsets, UnstableOffsetError } from '../positions/positions.ts';
import { Alarm } from '../timing/alarm.ts';
import {
  OutsideOfGenerationError,
  PartitionUnwritableError,
  RecordsRefusedError,
} from '../transactions/errors.ts';
import type { TransactionalProducer } from '../transactions/transactional-producer.ts';
import { bytesOf, isRetriableCommit, mayJoin, outcomeOf } from './entry.ts';
import type { Entry, Queued, Settled } from './entry.ts';
import { MergedWrites } from './merged-writes.ts';
import { nextGeneration } from './next-generation.ts';
import { ProducerTurns } from './producer-turns.ts';
import { TurnsToPlan } from './turns-to-plan.ts';
import { WritablePlaces } from './writable-places.ts';

export interface CommitterOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly member: Member;
  readonly groupId: string;
  /** The input. */
  readonly topic: string;
  /** Makes a producer under a transactional id of its own. */
  readonly producer: (number: number) => TransactionalProducer;
  /**
   * Offsets are undecided for long, by what other instances left behind.
   *
   * @param attempt how often it was called before
   */
  readonly onUnstable: (attempt: number) => Promise<void>;
  /** A partition cannot be written at the moment; undefined: all can. */
  readonly onWaiting: (partition: number, reason: string | undefined) => void;
  readonly onOutcome: (outcome: 'committed' | 'aborted', error?: unknown) => void;
  /** An operator has to act. */
  readonly onFatal: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** How often producers are looked after while there is nothing to commit, in milliseconds. */
const TEND_MS = 1_000;
/**
 * Markers take milliseconds: offsets that are undecided for so long wait for something that does not come by itself.
 */
const UNSTABLE_MS = 500;
/** So long a process that ends tries to end what it has begun to end again: else its successors would not know how. */
const CLOSE_MS = 15_000;
/** What one transaction writes at most, in bytes of records: a larger one could outlast its time-out. */
const MAX_TRANSACTION_BYTES = 16 * 1024 * 1024;

/**
 * Commits what partitions have ready, together: one transaction for all of them at a time, and no transaction for each.
 */
export class Committer {
  /** When partitions plan what is to be committed. */
  readonly turns: TurnsToPlan;
  readonly #options: CommitterOptions;
  readonly #work: Alarm;
  #queue: Queued[] = [];
  readonly #places: WritablePlaces;
  #current: Promise<void> | undefined;
  #underWay: readonly Queued[] = [];
  readonly #producers: ProducerTurns;
  /** How many transactions in a row failed. */
  #failures = 0;
  #isClosed = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#work = new Alarm(options.clock);
    this.turns = new TurnsToPlan(options.clock, this.#work);
    this.#producers = new ProducerTurns(options.producer);
    this.#places = new WritablePlaces(options);
  }

  /** Commits until it is closed. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      await this.turns.planned(() => this.#queue.length > 0 && !this.#isClosed);
      const batch = this.#take();
      if (batch.length === 0) {
        await this.#work.sleep(this.#idleMs());
        this.#current = this.#tend();
        await this.#current;
        this.#current = undefined;
        continue;
      }
      this.#underWay = batch;
      this.turns.end();
      this.#current = this.#commit(batch);
      try {
        await this.#current;
      } catch (error) {
        // What is open would hold up readers until its time-out.
        await this.#producers.settle(undefined).catch(() => undefined);
        this.#options.onFatal(error);
        return;
      } finally {
        this.#underWay = [];
        this.#current = undefined;
      }
      await this.turns.begin();
    }
  }

  /** @returns what became of it; never while no broker answers */
  submit(entry: Entry): Promise<Settled> {
    return new Promise((settle) => {
      this.#queue.push({ entry, settle });
      // What else waits may be for partitions that cannot be written.
      this.#work.ring();
    });
  }

  /** Resolves when nothing is done for partitions any more; what waits of theirs is not committed. */
  async release(partitions: readonly number[]): Promise<void> {
    const isOf = ({ entry }: Queued): boolean => partitions.includes(entry.partition);
    const released = this.#queue.filter(isOf);
    this.#queue = this.#queue.filter((queued) => !isOf(queued));
    for (const { settle } of released) settle({ kind: 'elsewhere' });
    for (const partition of partitions) this.#places.forget(partition);
    if (this.#underWay.some(isOf)) await this.#current?.catch(() => undefined);
  }

  /**
   * Ends after what is under way: a commit, or the end of what a broker has lost, which would be aborted if it stayed
   * open.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#work.ring();
    await this.#current?.catch(() => undefined);
    const { clock, cluster } = this.#options;
    const until = clock.now() + CLOSE_MS;
    while (this.#producers.isSettling && clock.now() < until) {
      await this.#producers.tend().catch(() => cluster.pause(FIRST_PAUSE_MS));
    }
  }

  /** @returns the entries of the next transaction */
  #take(): readonly Queued[] {
    const taken: Queued[] = [];
    const left: Queued[] = [];
    let bytes = 0;
    for (const queued of this.#queue) {
      const { writes, isCurrent } = queued.entry;
      if (!isCurrent()) {
        queued.settle({ kind: 'elsewhere' });
        continue;
      }
      const size = bytesOf(writes);
      const isReady = this.#places.isReady(queued.entry);
      const isTooMuch = taken.length > 0 && bytes + size > MAX_TRANSACTION_BYTES;
      if (!isReady || isTooMuch || !mayJoin(this.#options.cluster, writes, taken)) {
        left.push(queued);
        continue;
      }
      taken.push(queued);
      bytes += size;
    }
    this.#queue = left;
    return taken;
  }

  #idleMs(): number {
    if (this.#queue.length === 0) return TEND_MS;
    const next = Math.min(...this.#queue.map(({ entry }) => this.#places.waitMs(entry)));
    return Math.max(next, FIRST_PAUSE_MS);
  }

  async #tend(): Promise<void> {
    if (this.#queue.length > 0 || this.#isClosed) return;
    try {
      await this.#producers.tend();
    } catch (error) {
      if (!isRetriableCommit(error)) throw error;
    }
  }

  async #commit(batch: readonly Queued[]): Promise<void> {
    const { member, onOutcome } = this.#options;
    const group = member.identity;
    const merged = new MergedWrites<Entry>(batch.map(({ entry }) => entry));
    let producer: TransactionalProducer | undefined;
    let failure: unknown;
    try {
      producer = await this.#producers.next(merged.writes);
      const offsets = batch.map(({ entry }) => entry.offset);
      const written = merged.writtenOf(
        await producer.commit({ writes: merged.writes, groups: [{ offsets, group }] }),
      );
      for (const { entry, settle } of batch) {
        this.#places.passed(entry.partition);
        settle({ kind: 'committed', written: written.get(entry) ?? [] });
      }
      this.#failures = 0;
      onOutcome('committed');
      return;
    } catch (error) {
      failure = error;
    }
    if (!isRetriableCommit(failure)) throw failure;
    onOutcome('aborted', failure);
    // A generation that is over is waited for below.
    if (!(failure instanceof OutsideOfGenerationError)) this.#failures += 1;
    const undecided = await this.#findOut(batch, producer);
    if (failure instanceof OutsideOfGenerationError) {
      member.refused(group, failure.code);
      await nextGeneration(group.generation, { ...this.#options, isOver: () => this.#isClosed });
    }
    this.#again(undecided, merged, failure);
    // What fails each time must not keep brokers busy.
    if (this.#failures > 1 && !this.#isClosed) await this.#options.cluster.pause(this.#backOffMs());
  }

  #backOffMs(): number {
    return Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
  }

  /**
   * Finds out what became of a transaction whose commit failed: fences what is on its way, settles it, and only then
   * reads what the group has committed, which nothing can move any more.
   *
   * @returns entries of which nothing was committed, and whose partitions the member still owns
   */
  async #findOut(
    batch: readonly Queued[],
    failed: TransactionalProducer | undefined,
  ): Promise<readonly Queued[]> {
    const { cluster, clock, groupId, topic, onUnstable } = this.#options;
    const since = clock.now();
    let unstable = 0;
    let isSettled = false;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        if (!isSettled) await this.#producers.settle(failed);
        isSettled = true;
        const partitions = batch.map(({ entry }) => entry.partition);
        const committed = await committedOffsets(cluster, groupId, topic, partitions);
        return batch.filter(({ entry, settle }) => {
          const settled = outcomeOf(entry, committed.get(entry.partition));
          if (settled === 'committed') settle({ kind: settled, written: [] });
          else if (settled === 'elsewhere') settle({ kind: settled });
          return settled === undefined;
        });
      } catch (error) {
        if (!isRetriableCommit(error)) throw error;
        const isLong = clock.now() - since > UNSTABLE_MS;
        if (error instanceof UnstableOffsetError && isLong) {
          await onUnstable(unstable);
          unstable += 1;
        }
      }
      // What is on its way is of no use any more, and its partitions have other members.
      if (this.#isClosed) return this.#giveUp(batch);
      await cluster.pause(pause);
    }
  }

  #giveUp(batch: readonly Queued[]): readonly Queued[] {
    for (const { settle } of batch) settle({ kind: 'elsewhere' });
    return [];
  }

  /** Puts what was not committed back in front, or says why it cannot be. */
  #again(undecided: readonly Queued[], merged: MergedWrites<Entry>, failure: unknown): void {
    if (failure instanceof RecordsRefusedError) {
      const refused = merged.refusedOf(failure.refused);
      const left = undecided.filter(({ entry, settle }) => {
        const ofEntry = refused.get(entry);
        if (ofEntry !== undefined) settle({ kind: 'refused', refused: ofEntry });
        return ofEntry === undefined;
      });
      this.#queue.unshift(...left);
      return;
    }
    if (failure instanceof PartitionUnwritableError) {
      for (const { entry } of undecided) {
        if (!merged.writesTo(entry, failure.place)) continue;
        this.#places.setAside(entry.partition, failure);
      }
    }
    this.#queue.unshift(...undecided);
  }
}
