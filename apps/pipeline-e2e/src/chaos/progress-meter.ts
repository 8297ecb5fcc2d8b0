import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { brokers } from '../cluster.ts';
import type { Lane } from '../cluster.ts';

const PAUSE_MS = 100;

/** Watches what a group commits, and for how long it committed nothing. */
export class ProgressMeter {
  readonly #admin: Admin;
  readonly #lane: Lane;
  readonly #timer: NodeJS.Timeout;
  #committed = 0;
  #movedAt = performance.now();
  #longestGapMs = 0;
  #asking = false;

  constructor(lane: Lane) {
    this.#lane = lane;
    // Brokers that are away must not make it wait longer than they are.
    this.#admin = new kafkajs.Kafka({
      brokers: brokers().split(','),
      clientId: 'meter',
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      retry: { retries: 0 },
      logLevel: kafkajs.logLevel.NOTHING,
    }).admin();
    this.#timer = setInterval(() => void this.#ask(), PAUSE_MS);
  }

  /** Records that the group has done with, as last seen. */
  get committed(): number {
    return this.#committed;
  }

  /** The longest time without a commit since the last {@link reset}, in milliseconds. */
  get longestGapMs(): number {
    return Math.max(this.#longestGapMs, performance.now() - this.#movedAt);
  }

  reset(): void {
    this.#movedAt = performance.now();
    this.#longestGapMs = 0;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#admin.disconnect();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#admin.connect();
      const { group: groupId, input } = this.#lane;
      const [offsets] = await this.#admin.fetchOffsets({ groupId, topics: [input] });
      this.#observe((offsets?.partitions ?? []).map(({ offset }) => Math.max(0, Number(offset))));
    } catch {
      // No answer is no progress, as far as anybody can see.
    } finally {
      this.#asking = false;
    }
  }

  #observe(committed: readonly number[]): void {
    const sum = committed.reduce((total, offset) => total + offset, 0);
    if (sum === this.#committed) return;
    const now = performance.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#movedAt);
    this.#movedAt = now;
    this.#committed = sum;
  }
}
