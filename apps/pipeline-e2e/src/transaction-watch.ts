import type { Consumer } from 'kafkajs';
import type { Cluster } from './cluster.ts';
import type { Service } from './service.ts';

/** Where the log of a partition ended when we saw records of a transaction arrive. */
interface Arrival {
  readonly partition: number;
  readonly end: number;
}

/** Follows a topic as a reader that does not wait for commits, to catch its writer in the middle of a transaction. */
export class TransactionWatch {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #consumer: Consumer;
  #suspect: Service | undefined;
  #arrival: Arrival | undefined;

  private constructor(cluster: Cluster, topic: string) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#consumer = cluster.consumer({ readUncommitted: true });
  }

  static async start(cluster: Cluster, topic: string): Promise<TransactionWatch> {
    const watch = new TransactionWatch(cluster, topic);
    await watch.#run();
    return watch;
  }

  /** Freezes the topic's writer while records of its own are written and not committed. */
  async freeze(service: Service): Promise<void> {
    this.#arrival = undefined;
    this.#suspect = service;
    await service.until('a transaction under way', async () => {
      if (this.#arrival === undefined) return false;
      const { partition, end } = this.#arrival;
      const ends = await this.#cluster.ends(this.#topic);
      if ((ends[partition] ?? 0) < end) return true;
      // It had committed already: the next one.
      this.#arrival = undefined;
      service.signal('SIGCONT');
      return false;
    });
    this.#suspect = undefined;
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect();
  }

  async #run(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        if (this.#suspect !== undefined && this.#arrival === undefined) {
          this.#suspect.signal('SIGSTOP');
          this.#arrival = { partition: batch.partition, end: Number(batch.lastOffset()) + 1 };
        }
        return Promise.resolve();
      },
    });
  }
}
