import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import type { Cluster } from './cluster.ts';
import { processedRecord } from './processed-logins.ts';
import { waitFor } from './wait-for.ts';

const RECORDS_PER_TRANSACTION = 400;
/** So many transactions commit before one aborts. */
const COMMITS_PER_ABORT = 5;

interface Progress {
  readonly atMs: number;
  readonly records: number;
}

/** Writes processed logins at an even pace, in transactions: some of them abort, and are written again. */
export class LoginWriter {
  /** Resolves when all is written; rejects when that fails. */
  readonly done: Promise<void>;
  readonly #count: number;
  readonly #partitions: number;
  readonly #durationMs: number;
  readonly #history: Progress[] = [];
  #sent = 0;
  #stopped = false;

  /** @param durationMs how long the writing takes, unless the broker is slower */
  constructor(
    cluster: Cluster,
    options: { topic: string; partitions: number; count: number; durationMs: number },
  ) {
    this.#count = options.count;
    this.#partitions = options.partitions;
    this.#durationMs = options.durationMs;
    this.done = this.#write(cluster, options.topic);
    this.done.catch(() => undefined);
  }

  /** Records that may be in the topic, the ones of an open transaction included. */
  get sent(): number {
    return this.#sent;
  }

  /** @returns records that were in the topic for good at that moment of `performance.now()` */
  committedAt(atMs: number): number {
    return this.#history.findLast((progress) => progress.atMs <= atMs)?.records ?? 0;
  }

  /** Writes no more, and waits until that is so. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.done.catch(() => undefined);
  }

  /** Waits until a share of the records, from 0 to 1, is in the topic. */
  async reaches(share: number): Promise<void> {
    await waitFor(
      `${share} of the logins to be written`,
      () => this.committedAt(Infinity) >= share * this.#count,
      3 * this.#durationMs,
    );
  }

  async #write(cluster: Cluster, topic: string): Promise<void> {
    const producer = cluster.kafka.producer({ transactionalId: topic, maxInFlightRequests: 1 });
    await producer.connect();
    const beganMs = performance.now();
    for (let turn = 0; this.#sent < this.#count && !this.#stopped; turn += 1) {
      const from = this.#sent;
      const to = Math.min(this.#count, from + RECORDS_PER_TRANSACTION);
      const dueMs = beganMs + (this.#durationMs * from) / this.#count;
      await sleep(Math.max(0, dueMs - performance.now()));
      if (turn % COMMITS_PER_ABORT === 0) await this.#transact(producer, topic, from, to, 'abort');
      this.#sent = to;
      await this.#transact(producer, topic, from, to, 'commit');
      this.#history.push({ atMs: performance.now(), records: to });
    }
    await producer.disconnect();
  }

  async #transact(
    producer: Producer,
    topic: string,
    from: number,
    to: number,
    end: 'commit' | 'abort',
  ): Promise<void> {
    const messages = Array.from({ length: to - from }, (_, index) =>
      processedRecord(from + index, this.#count, this.#partitions),
    );
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages });
    await transaction[end]();
  }
}
