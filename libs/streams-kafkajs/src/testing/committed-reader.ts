import type { FetchedPartitionData } from '@login-pipeline/streams';
import { readableOf, LATEST, MAX_VALUE_BYTES, readLimits } from '@login-pipeline/streams';
import { KafkajsWire } from '../kafkajs-wire.ts';

/** A record, as a number, and when it could be read, epoch ms. */
export interface ReadNumber {
  readonly serial: number;
  readonly at: number;
}

const LIMITS = readLimits(MAX_VALUE_BYTES);
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_WAIT_MS = 100;

/** Reads what is committed to a topic, from its beginning, as it comes. */
export class CommittedReader {
  /** By partition. */
  readonly read: ReadNumber[][];
  readonly #topic: string;
  readonly #wire: KafkajsWire;
  readonly #positions: bigint[];
  readonly #running: Promise<void>;
  #isClosed = false;

  constructor(brokers: readonly string[], topic: string, partitions: number) {
    this.#topic = topic;
    this.#wire = new KafkajsWire({ brokers, clientId: 'reader' });
    this.read = Array.from({ length: partitions }, () => []);
    this.#positions = this.read.map(() => 0n);
    this.#running = this.#run();
    this.#running.catch(() => undefined);
  }

  /** @returns the numbers that were read, by partition */
  get serials(): readonly (readonly number[])[] {
    return this.read.map((ofPartition) => ofPartition.map(({ serial }) => serial));
  }

  get count(): number {
    return this.read.reduce((sum, { length }) => sum + length, 0);
  }

  /** @returns whether nothing is left to read, not even of transactions that are open */
  async isAtEnd(): Promise<boolean> {
    await Promise.race([this.#running, Promise.resolve()]);
    const { brokers, topics } = await this.#wire.send('any', 'Metadata', { topics: [this.#topic] });
    for (const { partition, leader, leaderEpoch } of topics[0]?.partitions ?? []) {
      const broker = brokers.find(({ id }) => id === leader);
      if (broker === undefined) return false;
      const { partitions } = await this.#wire.send(broker, 'ListOffsets', {
        isolation: 'read_uncommitted',
        partitions: [{ topic: this.#topic, partition, leaderEpoch, timestamp: LATEST }],
      });
      if (partitions[0]?.offset !== this.#positions[partition]) return false;
    }
    return true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#wire.close();
    await this.#running.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { brokers, topics } = await this.#wire.send('any', 'Metadata', { topics: [this.#topic] });
    const [topic] = topics;
    if (topic === undefined) throw new Error(`${this.#topic} is not there`);
    const loops = brokers.map(async (broker) => {
      const led = topic.partitions.filter(({ leader }) => leader === broker.id);
      while (led.length > 0 && !this.#isClosed) {
        const { partitions } = await this.#wire.send(
          broker,
          'Fetch',
          {
            isolation: 'read_committed',
            maxWaitMs: MAX_WAIT_MS,
            minBytes: 1,
            maxBytes: MAX_BYTES,
            partitions: led.map(({ partition, leaderEpoch }) => ({
              topicId: topic.topicId,
              partition,
              leaderEpoch,
              offset: this.#positions[partition] ?? 0n,
              maxBytes: MAX_BYTES,
            })),
          },
          { channel: 'fetch' },
        );
        for (const fetched of partitions) await this.#take(fetched);
      }
    });
    await Promise.all(loops);
  }

  async #take(fetched: FetchedPartitionData): Promise<void> {
    const { partition, error } = fetched;
    if (error !== 'NONE') throw new Error(`${this.#topic} cannot be read: ${error}`);
    const from = Number(this.#positions[partition] ?? 0n);
    const readable = readableOf({ topic: this.#topic, partition, from }, fetched);
    const at = Date.now();
    for (const batch of readable?.batches ?? []) {
      const part = await batch.whole(from, LIMITS);
      for (const { value } of part?.records ?? []) {
        this.read[partition]?.push({ serial: Number(String(value)), at });
      }
    }
    if (readable !== undefined) this.#positions[partition] = BigInt(readable.end);
  }
}
