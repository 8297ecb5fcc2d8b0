import { setTimeout as sleep } from 'node:timers/promises';
import { ByteReader, ByteWriter } from './bytes.ts';
import { WireConnection } from './connection.ts';
import type { AbortedTransaction } from './record-batch.ts';

/** The oldest version with zstd (KIP-110). */
const PRODUCE = { key: 0, version: 7 };
const FETCH = { key: 1, version: 4 };
const LIST_OFFSETS = { key: 2, version: 2 };
const OFFSET_FETCH = { key: 9, version: 1 };
const CREATE_TOPICS = { key: 19, version: 2 };
const DELETE_TOPICS = { key: 20, version: 1 };

const READ_COMMITTED = 1;
const LATEST = -1;
const ALL_REPLICAS = -1;
const CLIENT = -1;
const REQUEST_TIMEOUT_MS = 30_000;
const CREATE_POLL_MS = 10;
const FETCH_BYTES = 16 * 1024 * 1024;

/** What a fetch brought of one partition. */
export interface FetchedPartition {
  readonly partition: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches; the last one may be cut off. */
  readonly batches: Buffer;
}

/** The few requests that a bench needs of the only broker of a cluster. */
export class Broker {
  readonly #connection: WireConnection;

  private constructor(connection: WireConnection) {
    this.#connection = connection;
  }

  /** @param address `host:port`; the broker must lead every partition */
  static async connect(address: string): Promise<Broker> {
    return new Broker(await WireConnection.open(address));
  }

  close(): void {
    this.#connection.close();
  }

  /** Creates a topic and waits until its partitions can be used. */
  async createTopic(
    topic: string,
    partitions: number,
    config: Readonly<Record<string, string>>,
  ): Promise<void> {
    const body = new ByteWriter().int32(1).string(topic).int32(partitions).int16(1).int32(0);
    body.array(Object.entries(config), ([name, value]) => body.string(name).string(value));
    body.int32(REQUEST_TIMEOUT_MS).int8(0);
    const response = await this.#send(CREATE_TOPICS, body);
    response.int32(); // throttle time
    response.array(() => {
      response.string();
      check(response.int16(), `creation of ${topic}`);
      response.string();
    });
    const deadline = performance.now() + REQUEST_TIMEOUT_MS;
    while (!(await this.#leads(topic, partitions))) {
      if (performance.now() > deadline) throw new Error(`${topic} has no leaders`);
      await sleep(CREATE_POLL_MS);
    }
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    const body = new ByteWriter();
    body.array(topics, (topic) => body.string(topic)).int32(REQUEST_TIMEOUT_MS);
    const response = await this.#send(DELETE_TOPICS, body);
    response.int32(); // throttle time
    response.array(() => {
      const topic = response.string();
      check(response.int16(), `deletion of ${topic}`);
    });
  }

  /**
   * Writes one batch per partition.
   *
   * @returns the first offset of each, by partition
   * @throws RefusedError when the broker refuses one of them
   */
  async produce(
    topic: string,
    batches: ReadonlyMap<number, Buffer>,
  ): Promise<ReadonlyMap<number, number>> {
    const body = new ByteWriter()
      .int16(-1) // no transactional id
      .int16(ALL_REPLICAS)
      .int32(REQUEST_TIMEOUT_MS)
      .int32(1)
      .string(topic)
      .int32(batches.size);
    for (const [partition, batch] of batches) {
      body.int32(partition).int32(batch.length).raw(batch);
    }
    const response = await this.#send(PRODUCE, body);
    const offsets = response.array(() => {
      response.string();
      return response.array(() => {
        const partition = response.int32();
        check(response.int16(), `produce to ${topic}`);
        const baseOffset = response.int64();
        response.int64(); // append time
        response.int64(); // the log's start
        return [partition, baseOffset] as const;
      });
    });
    return new Map(offsets.flat());
  }

  /**
   * Reads committed records.
   *
   * @param positions next offset by partition
   * @param maxWaitMs how long the broker may wait for the first record
   */
  async fetch(
    topic: string,
    positions: readonly number[],
    maxWaitMs: number,
  ): Promise<FetchedPartition[]> {
    const body = new ByteWriter()
      .int32(CLIENT)
      .int32(maxWaitMs)
      .int32(1) // answer from one byte on
      .int32(FETCH_BYTES)
      .int8(READ_COMMITTED)
      .int32(1)
      .string(topic)
      .int32(positions.length);
    positions.forEach((offset, partition) => {
      body.int32(partition).int64(offset).int32(FETCH_BYTES);
    });
    const response = await this.#send(FETCH, body);
    response.int32(); // throttle time
    return response
      .array(() => {
        response.string();
        return response.array(() => {
          const partition = response.int32();
          check(response.int16(), `fetch of ${topic}`);
          response.int64();
          response.int64();
          const aborted = response.array(() => ({
            producerId: response.int64(),
            firstOffset: response.int64(),
          }));
          return { partition, aborted, batches: response.raw(response.int32()) };
        });
      })
      .flat();
  }

  /** @returns by partition, where committed records end: the last stable offset */
  async ends(topic: string, partitions: number): Promise<number[]> {
    const body = new ByteWriter()
      .int32(CLIENT)
      .int8(READ_COMMITTED)
      .int32(1)
      .string(topic)
      .int32(partitions);
    for (let partition = 0; partition < partitions; partition += 1) {
      body.int32(partition).int64(LATEST);
    }
    const response = await this.#send(LIST_OFFSETS, body);
    const ends = new Array<number>(partitions).fill(0);
    response.int32();
    response.array(() => {
      response.string();
      response.array(() => {
        const partition = response.int32();
        check(response.int16(), `end of ${topic}`);
        response.int64();
        ends[partition] = response.int64();
      });
    });
    return ends;
  }

  /** @returns by partition, the group's next offset; 0 where it has none or its coordinator is still busy */
  async committed(groupId: string, topic: string, partitions: number): Promise<number[]> {
    const body = new ByteWriter().string(groupId).int32(1).string(topic).int32(partitions);
    for (let partition = 0; partition < partitions; partition += 1) body.int32(partition);
    const response = await this.#send(OFFSET_FETCH, body);
    const committed = new Array<number>(partitions).fill(0);
    response.array(() => {
      response.string();
      response.array(() => {
        const partition = response.int32();
        committed[partition] = Math.max(0, response.int64());
        response.string();
        response.int16();
      });
    });
    return committed;
  }

  async #leads(topic: string, partitions: number): Promise<boolean> {
    try {
      await this.ends(topic, partitions);
      return true;
    } catch {
      return false;
    }
  }

  async #send(
    { key, version }: { readonly key: number; readonly version: number },
    body: ByteWriter,
  ): Promise<ByteReader> {
    return new ByteReader(await this.#connection.request(key, version, body.done()));
  }
}

/** A broker's answer that is none: its error code stands in the protocol guide, "Error Codes". */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  /** As the protocol numbers it: https://kafka.apache.org/protocol#protocol_error_codes */
  readonly code: number;

  constructor(what: string, code: number) {
    super(`${what}: the broker answered with error ${code}`);
    this.code = code;
  }
}

function check(errorCode: number, what: string): void {
  if (errorCode !== 0) throw new RefusedError(what, errorCode);
}
