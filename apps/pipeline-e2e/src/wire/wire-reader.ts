import { setTimeout as sleep } from 'node:timers/promises';
import { Broker } from '@login-pipeline/plain-wire';
import type { FetchedPartition } from '@login-pipeline/plain-wire';
import { decodeBatches } from './record-batch.ts';
import type { LoggedBatch, LoggedRecord } from './record-batch.ts';

const LONGEST_WAIT_MS = 100;
const PAUSE_AFTER_FAILURE_MS = 200;

/** Visits the committed records of a topic as they come, with headers in their order; keeps none of them. */
export class WireReader {
  /** By partition: all before it has been visited. */
  readonly positions: number[];
  readonly #broker: Broker;
  readonly #topic: string;
  readonly #visit: (partition: number, record: LoggedRecord) => void;
  readonly #done: Promise<void>;
  #stopping = false;

  private constructor(
    broker: Broker,
    topic: string,
    partitions: number,
    visit: (partition: number, record: LoggedRecord) => void,
  ) {
    this.#broker = broker;
    this.#topic = topic;
    this.#visit = visit;
    this.positions = new Array<number>(partitions).fill(0);
    this.#done = this.#run();
    this.#done.catch(() => undefined);
  }

  /** @param address `host:port` of the broker, which must lead every partition */
  static async start(
    address: string,
    topic: string,
    partitions: number,
    visit: (partition: number, record: LoggedRecord) => void,
  ): Promise<WireReader> {
    return new WireReader(await Broker.connect(address), topic, partitions, visit);
  }

  /** @throws what reading failed with */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
    this.#broker.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const fetched = await this.#broker.fetch(this.#topic, this.positions, LONGEST_WAIT_MS);
      for (const part of fetched) await this.#take(part);
      if (fetched.length === 0) await sleep(PAUSE_AFTER_FAILURE_MS);
    }
  }

  async #take({ partition, aborted, batches }: FetchedPartition): Promise<void> {
    const upcoming = aborted.toSorted((one, other) => one.firstOffset - other.firstOffset);
    const aborting = new Set<number>();
    for (const batch of await decodeBatches(batches)) {
      for (let next = upcoming[0]; next !== undefined; next = upcoming[0]) {
        if (next.firstOffset > batch.lastOffset) break;
        aborting.add(next.producerId);
        upcoming.shift();
      }
      if (batch.control) aborting.delete(batch.producerId);
      else if (!batch.transactional || !aborting.has(batch.producerId)) {
        this.#visitNew(partition, batch);
      }
      this.positions[partition] = batch.lastOffset + 1;
    }
  }

  #visitNew(partition: number, { records }: LoggedBatch): void {
    const from = this.positions[partition] ?? 0;
    for (const record of records) {
      if (record.offset >= from) this.#visit(partition, record);
    }
  }
}
