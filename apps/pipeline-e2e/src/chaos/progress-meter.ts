import type { Admin } from 'kafkajs';
import { clientOf } from '../cluster.ts';
import type { Access, Lane } from '../cluster.ts';

const PAUSE_MS = 100;

/** What is known of a partition: what the group has committed, and since when it has waited to commit more. */
interface Position {
  readonly committed: number;
  readonly since: number;
}

/** Watches what a group commits, and for how long any one partition had records waiting and committed none. */
export class ProgressMeter {
  readonly #admin: Admin;
  readonly #lane: Lane;
  readonly #timer: NodeJS.Timeout;
  readonly #positions = new Map<number, Position>();
  #longestGapMs = 0;
  #asking = false;

  constructor(lane: Lane, access: Access) {
    this.#lane = lane;
    // Brokers that are away must not make it wait longer than they are.
    this.#admin = clientOf(access, {
      clientId: 'meter',
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      retry: { retries: 0 },
    }).admin();
    this.#timer = setInterval(() => void this.#ask(), PAUSE_MS);
  }

  /** Records that the group has done with, as last seen. */
  get committed(): number {
    return [...this.#positions.values()].reduce((sum, { committed }) => sum + committed, 0);
  }

  /** The longest wait of a partition since the last {@link reset}, in milliseconds. */
  get longestGapMs(): number {
    return Math.max(this.#longestGapMs, this.waitingMs);
  }

  /** For how many milliseconds the partition has waited that has waited longest. */
  get waitingMs(): number {
    const now = performance.now();
    return Math.max(0, ...Array.from(this.#positions.values(), ({ since }) => now - since));
  }

  reset(): void {
    const since = performance.now();
    for (const [partition, position] of this.#positions) {
      this.#positions.set(partition, { ...position, since });
    }
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
      const ends = new Map(
        (await this.#admin.fetchTopicOffsets(input)).map(({ partition, high }) => [
          partition,
          Number(high),
        ]),
      );
      for (const { partition, offset } of offsets?.partitions ?? []) {
        this.#observe(partition, Math.max(0, Number(offset)), ends.get(partition) ?? Infinity);
      }
    } catch {
      // No answer is no progress, as far as a client can see.
    } finally {
      this.#asking = false;
    }
  }

  #observe(partition: number, committed: number, end: number): void {
    const now = performance.now();
    const last = this.#positions.get(partition);
    if (last?.committed === committed && committed < end) return;
    this.#positions.set(partition, { committed, since: now });
    // The group's first answer tells nothing about the time before it.
    if (last !== undefined) this.#longestGapMs = Math.max(this.#longestGapMs, now - last.since);
  }
}
