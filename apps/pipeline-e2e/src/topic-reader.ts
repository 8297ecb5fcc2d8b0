import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, IHeaders } from 'kafkajs';
import type { Cluster } from './cluster.ts';
import { waitFor } from './wait-for.ts';

const MARKERS_MS = 10_000;
const PAUSE_MS = 100;

/** A record as a reader of committed records sees it. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders | undefined;
  /** Epoch milliseconds as decimal digits. */
  readonly timestamp: string;
}

/**
 * Reads a topic from its beginning, committed records only, while others write to it; each record once, however often
 * it has to join its group again.
 */
export class TopicReader {
  readonly records: ReadRecord[] = [];
  readonly #cluster: Cluster;
  readonly #topic: string;
  #consumer: Consumer;
  /** Offsets of the next records. */
  readonly #positions = new Map<number, number>();
  /** Newest known ends of the log, records of open transactions included. */
  readonly #logEnds = new Map<number, number>();

  private constructor(cluster: Cluster, topic: string) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#consumer = cluster.consumer();
  }

  static async start(cluster: Cluster, topic: string): Promise<TopicReader> {
    const reader = new TopicReader(cluster, topic);
    await reader.#run();
    return reader;
  }

  /**
   * @returns all committed records of a topic that no producer writes to any more, and whether a
   *   transaction is open
   */
  static async readAll(
    cluster: Cluster,
    topic: string,
  ): Promise<{ records: readonly ReadRecord[]; open: boolean }> {
    const reader = await TopicReader.start(cluster, topic);
    return reader.finish();
  }

  /**
   * Reads on to the last stable offsets, and ends. Markers come behind the answer to a commit, on
   * busy brokers long behind it: while they may come it waits for them.
   *
   * @returns the records, in order within each partition, and whether a transaction is open: the log then goes on
   * behind the last stable offset
   */
  async finish(): Promise<{ records: readonly ReadRecord[]; open: boolean }> {
    const until = performance.now() + MARKERS_MS;
    try {
      for (;;) {
        const open = await this.#readOn();
        if (!open || performance.now() > until) return { records: this.records, open };
        await sleep(PAUSE_MS);
      }
    } finally {
      await this.#consumer.disconnect();
    }
  }

  /** @returns whether the log goes on behind the last stable offsets of now */
  async #readOn(): Promise<boolean> {
    const ends = await this.#cluster.ends(this.#topic);
    await waitFor(`the end of ${this.#topic}`, () =>
      ends.every((end, partition) => (this.#positions.get(partition) ?? 0) >= end),
    );
    return ends.some((end, partition) => (this.#logEnds.get(partition) ?? 0) > end);
  }

  async #run(): Promise<void> {
    const consumer = this.#consumer;
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      this.#advance(payload.partition, Number(payload.lastOffset) + 1);
      this.#logEnds.set(payload.partition, Number(payload.highWatermark));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      // kafkajs gives up for good when no broker, just started, tells who coordinates the group.
      if (!payload.restart) void this.#startAgain();
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { messages, partition } }) => {
        const next = this.#positions.get(partition) ?? 0;
        for (const { key, value, headers, timestamp, offset } of messages) {
          if (Number(offset) < next) continue;
          this.records.push({ key, value, headers, timestamp, offset, partition });
          this.#advance(partition, Number(offset) + 1);
        }
        return Promise.resolve();
      },
    });
  }

  /**
   * Never back. Of a batch that compaction has emptied kafkajs tells no offset: it comes as NaN,
   * and changes nothing.
   */
  #advance(partition: number, next: number): void {
    if (next > (this.#positions.get(partition) ?? 0)) this.#positions.set(partition, next);
  }

  /** Never rejects: who waits for the end says in time that it does not come. */
  async #startAgain(): Promise<void> {
    await this.#consumer.disconnect();
    this.#consumer = this.#cluster.consumer();
    await this.#run().catch(() => this.#startAgain());
  }
}
