import type { Consumer, IHeaders } from 'kafkajs';
import type { Cluster } from './cluster.ts';
import { waitFor } from './wait-for.ts';

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

/** Reads a topic from its beginning, committed records only, while others write to it. */
export class TopicReader {
  readonly records: ReadRecord[] = [];
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #consumer: Consumer;
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

  /** @returns all committed records of a topic that nobody writes to any more, and whether a transaction is open */
  static async readAll(
    cluster: Cluster,
    topic: string,
  ): Promise<{ records: readonly ReadRecord[]; open: boolean }> {
    const reader = await TopicReader.start(cluster, topic);
    return reader.finish();
  }

  /**
   * Reads on to the last stable offsets of now, and ends.
   *
   * @returns the records, in order within each partition, and whether a transaction is open: the log then goes on
   * behind the last stable offset
   */
  async finish(): Promise<{ records: readonly ReadRecord[]; open: boolean }> {
    const ends = await this.#cluster.ends(this.#topic);
    try {
      await waitFor(`the end of ${this.#topic}`, () =>
        ends.every((end, partition) => (this.#positions.get(partition) ?? 0) >= end),
      );
    } finally {
      await this.#consumer.disconnect();
    }
    const open = ends.some((end, partition) => (this.#logEnds.get(partition) ?? 0) > end);
    return { records: this.records, open };
  }

  async #run(): Promise<void> {
    this.#consumer.on(this.#consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      this.#positions.set(payload.partition, Number(payload.lastOffset) + 1);
      this.#logEnds.set(payload.partition, Number(payload.highWatermark));
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { messages, partition } }) => {
        for (const { key, value, headers, timestamp, offset } of messages) {
          this.records.push({ key, value, headers, timestamp, offset, partition });
        }
        return Promise.resolve();
      },
    });
  }
}
