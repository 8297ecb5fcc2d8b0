import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Producer } from 'kafkajs';
import { brokers } from '../cluster.ts';
import type { InputRecord } from '../load.ts';

const TICK_MS = 50;
/** Ours must outlive every fault of the brokers: it is not what is tested. */
const PATIENCE = { retries: 200, initialRetryTime: 100, maxRetryTime: 1_000 };

/** Writes records at an even pace, past the proxy, until it is told to stop. */
export class Feed {
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #records: readonly InputRecord[];
  readonly #perTick: number;
  #written = 0;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  private constructor(topic: string, records: readonly InputRecord[], rate: number) {
    this.#topic = topic;
    this.#records = records;
    this.#perTick = Math.ceil((rate * TICK_MS) / 1_000);
    this.#producer = new kafkajs.Kafka({
      brokers: brokers().split(','),
      clientId: 'feed',
      retry: PATIENCE,
      logLevel: kafkajs.logLevel.NOTHING,
    }).producer({ idempotent: true, maxInFlightRequests: 1 });
  }

  /** @param rate records per second, as far as there are so many */
  static async start(topic: string, records: readonly InputRecord[], rate: number): Promise<Feed> {
    const feed = new Feed(topic, records, rate);
    await feed.#producer.connect();
    feed.#done = feed.#run();
    feed.#done.catch(() => undefined);
    return feed;
  }

  /** @returns all that was written; rejects when something could not be */
  async stop(): Promise<readonly InputRecord[]> {
    this.#stopping = true;
    await this.#done;
    await this.#producer.disconnect();
    return this.#records.slice(0, this.#written);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const due = performance.now() + TICK_MS;
      const messages = this.#records.slice(this.#written, this.#written + this.#perTick);
      if (messages.length > 0) await this.#producer.send({ topic: this.#topic, messages });
      this.#written += messages.length;
      await sleep(Math.max(0, due - performance.now()));
    }
  }
}
