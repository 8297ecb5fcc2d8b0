import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '@login-pipeline/plain-wire';
import { Workload } from '../workload.ts';

/** Where a reader of a topic is. */
export interface Reader {
  readonly group: string;
  readonly topic: string;
}

const VALUE_BYTES = 200;
/** Record timestamps, a millisecond apart, begin this far back, so that none is in the future. */
const PAST_MS = 90 * 24 * 3_600_000;
/** So much waits, so that the services always have something to do, and never more. */
const MOST_WAITING = 400_000;
const PAUSE_MS = 100;
/** Produce requests between two looks at the readers. */
const BURST = 20;

/** Writes logins for as long as the readers keep up, so that they work at their full rate. */
export class Feeder {
  readonly workload = new Workload('logins', VALUE_BYTES, Date.now() - PAST_MS);
  readonly #broker: Broker;
  readonly #topic: string;
  readonly #partitions: number;
  #written = 0;

  constructor(broker: Broker, topic: string, partitions: number) {
    this.#broker = broker;
    this.#topic = topic;
    this.#partitions = partitions;
  }

  /** How many records there are. */
  get written(): number {
    return this.#written;
  }

  /** Writes until the time is over. @param endMs of `performance.now()` */
  async feed(readers: readonly Reader[], endMs: number): Promise<void> {
    while (performance.now() < endMs) {
      if ((await this.#mostWaiting(readers)) > MOST_WAITING) {
        await sleep(PAUSE_MS);
        continue;
      }
      const burst = Array.from({ length: BURST }, () => this.#writeBatch());
      await Promise.all(burst);
    }
  }

  /** @returns how many records the group has finished, all partitions together */
  async done({ group, topic }: Reader): Promise<number> {
    const committed = await this.#broker.committed(group, topic, this.#partitions);
    return committed.reduce((sum, offset) => sum + Math.max(0, offset), 0);
  }

  /** Waits until the readers have read all there is. */
  async drained(readers: readonly Reader[]): Promise<void> {
    while ((await this.#mostWaiting(readers)) > 0) await sleep(PAUSE_MS);
  }

  async #writeBatch(): Promise<void> {
    const { batchRecords } = this.workload;
    const index = this.#written;
    this.#written += batchRecords;
    const partition = (index / batchRecords) % this.#partitions;
    await this.#broker.produce(this.#topic, new Map([[partition, this.workload.batch(index)]]));
  }

  async #mostWaiting(readers: readonly Reader[]): Promise<number> {
    const waiting = await Promise.all(
      readers.map(async (reader) => {
        const ends = await this.#broker.ends(reader.topic, this.#partitions);
        return ends.reduce((sum, end) => sum + end, 0) - (await this.done(reader));
      }),
    );
    return Math.max(...waiting);
  }
}
