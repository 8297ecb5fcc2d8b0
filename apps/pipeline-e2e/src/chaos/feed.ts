import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import { clientOf } from '../cluster.ts';
import type { Access } from '../cluster.ts';
import type { InputRecord } from '../load.ts';

const TICK_MS = 50;

/**
 * Writes records at an even pace, past the proxy, until it is told to stop: each at most once, because kafkajs' own
 * retries can lose and repeat records when leaders move. Which ones arrived, the log says.
 */
export class Feed {
  readonly #topic: string;
  readonly #records: readonly InputRecord[];
  readonly #perTick: number;
  readonly #access: Access;
  #producer: Producer;
  #tried = 0;
  #attempts = 0;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  private constructor(
    topic: string,
    records: readonly InputRecord[],
    rate: number,
    access: Access,
  ) {
    this.#topic = topic;
    this.#records = records;
    this.#perTick = Math.ceil((rate * TICK_MS) / 1_000);
    this.#access = access;
    this.#producer = newProducer(access, 0);
  }

  /** @param rate records per second, as far as there are so many */
  static async start(
    topic: string,
    records: readonly InputRecord[],
    rate: number,
    access: Access,
  ): Promise<Feed> {
    const feed = new Feed(topic, records, rate, access);
    await feed.#producer.connect();
    feed.#done = feed.#run();
    return feed;
  }

  /** May be called again. @returns all that it tried to write */
  async stop(): Promise<readonly InputRecord[]> {
    this.#stopping = true;
    await this.#done;
    await this.#producer.disconnect();
    return this.#records.slice(0, this.#tried);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const due = performance.now() + TICK_MS;
      const messages = this.#records.slice(this.#tried, this.#tried + this.#perTick);
      try {
        await this.#producer.connect();
        this.#tried += messages.length;
        if (messages.length > 0) await this.#producer.send({ topic: this.#topic, messages });
      } catch {
        await this.#producer.disconnect().catch(() => undefined);
        this.#attempts += 1;
        this.#producer = newProducer(this.#access, this.#attempts);
      }
      await sleep(Math.max(0, due - performance.now()));
    }
  }
}

/** @param attempts how many producers have failed before: without retries, each asks one broker alone at first */
function newProducer(access: Access, attempts: number): Producer {
  const all = access.addresses.split(',');
  const first = attempts % all.length;
  const addresses = [...all.slice(first), ...all.slice(0, first)].join();
  const kafka = clientOf({ ...access, addresses }, { clientId: 'feed', retry: { retries: 0 } });
  return kafka.producer({ maxInFlightRequests: 1 });
}
