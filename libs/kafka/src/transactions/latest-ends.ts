import type { Admin } from 'kafkajs';
import { retryRead } from '../client/retry-read.ts';

/** By partition, of those that hold something: the last stable offset. */
export type Ends = ReadonlyMap<number, bigint>;

/** For how long an answer serves all partitions: the brokers are asked once, however many batches there are. */
const RECENT_MS = 1_000;

/** Where the partitions of the topic of latest records end. */
export class LatestEnds {
  readonly #admin: Admin;
  readonly #topic: string;
  #askedAt = -Infinity;
  #recent: Promise<Ends> | undefined;

  /** @param admin not yet connected */
  constructor(admin: Admin, topic: string) {
    this.#admin = admin;
    this.#topic = topic;
  }

  /** @returns the ends as they are now */
  async now(): Promise<Ends> {
    await this.#admin.connect();
    const bounds = await retryRead(() => this.#admin.fetchTopicOffsets(this.#topic));
    return new Map(
      bounds
        .filter(({ low, high }) => low !== high)
        .map(({ partition, high }) => [partition, BigInt(high)]),
    );
  }

  /** @returns the ends as they were within the last second */
  recent(): Promise<Ends> {
    const now = performance.now();
    if (this.#recent !== undefined && now - this.#askedAt < RECENT_MS) return this.#recent;
    const asked = this.now();
    asked.catch(() => {
      if (this.#recent === asked) this.#recent = undefined;
    });
    this.#askedAt = now;
    this.#recent = asked;
    return asked;
  }

  close(): Promise<void> {
    return this.#admin.disconnect();
  }
}
