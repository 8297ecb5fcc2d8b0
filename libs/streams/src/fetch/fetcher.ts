import type { Cluster, Leader } from '../cluster/cluster.ts';
import { isRefused, isRetriable, ProtocolError } from '../cluster/protocol-error.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import type { FetchedPartitionData } from '../protocol/log-apis.ts';
import type { Channel, Clock } from '../ports.ts';

/** Where a partition is to be read. */
export interface FetchPosition {
  /** Of this topic, and no other one of the same name. */
  readonly topicId: string;
  readonly offset: bigint;
  /** The leader epoch that the position was found valid in. */
  readonly leaderEpoch: number;
}

/**
 * Why a partition cannot be read on:
 * - `moved`: it has another leader, or there is another topic of the name: the position has to be looked at again.
 * - `out of range`: the log has no such offset.
 */
export type FetchFailure = 'moved' | 'out of range';

/** A reader of one partition. */
export interface FetchReader {
  readonly partition: number;
  onFetched(fetched: FetchedPartitionData): void;
  onFailed(failure: FetchFailure): void;
}

export interface FetcherOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly topic: string;
  /**
   * How long brokers may gather records before they answer, in milliseconds; 0: they answer as soon
   * as there are any.
   */
  readonly lingerMs: number;
  /** Over which brokers are asked: what waits for records on one holds up what comes after it; default `fetch`. */
  readonly channel?: Channel;
  /** The most bytes that a partition brings at once, as far as its first batch allows; default 1 MiB. */
  readonly maxPartitionBytes?: number;
  /** What cannot be repeated away. */
  readonly onFatal: (error: unknown) => void;
}

interface Wanted {
  readonly reader: FetchReader;
  readonly position: FetchPosition;
}

/** How long a broker waits for records when all readers wait for some, in milliseconds. */
const LONG_POLL_MS = 500;
/** The same when others are about to ask for more. */
const SHORT_POLL_MS = 20;
const RETRY_PAUSE_MS = 50;
const MAX_PARTITION_BYTES = 1024 * 1024;
/**
 * All partitions together bring no more at once, however many there are; each brings this share,
 * and a batch at least.
 */
const SHARED_BYTES = 32 * MAX_PARTITION_BYTES;
/** A fetch brings something of so many partitions. */
const PARTITIONS_PER_FETCH = 16;

/** Fetches for all readers: one request at a time and broker, for all partitions that wait there. */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #wanted = new Map<number, Wanted>();
  /** All readers, whether they wait or not. */
  #readers = 0;
  /** The brokers that are asked. */
  readonly #loops = new Set<number>();
  readonly #channel: Channel;
  #isLooking = false;
  #isClosed = false;

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#channel = options.channel ?? 'fetch';
  }

  /** A reader begins. @returns a function for its end */
  register(reader: FetchReader): () => void {
    this.#readers += 1;
    return () => {
      this.#readers -= 1;
      this.#wanted.delete(reader.partition);
    };
  }

  /** Fetches once for a reader, which gets the records, or why there are none. */
  want(reader: FetchReader, position: FetchPosition): void {
    this.#wanted.set(reader.partition, { reader, position });
    this.#start(reader.partition);
  }

  close(): void {
    this.#isClosed = true;
    this.#wanted.clear();
  }

  /** Has each partition that is wanted fetched from its leader, or its leader looked for. */
  #attend(): void {
    for (const partition of [...this.#wanted.keys()]) this.#start(partition);
  }

  #start(partition: number): void {
    const leader = this.#options.cluster.leader(this.#options.topic, partition);
    if (leader === undefined) {
      void this.#lookForLeaders();
      return;
    }
    const { broker } = leader;
    if (this.#loops.has(broker.id)) return;
    this.#loops.add(broker.id);
    void this.#loop(broker).catch((error: unknown) => {
      this.#options.onFatal(error);
    });
  }

  /** Ends when nothing is wanted of the broker. */
  async #loop(broker: Broker): Promise<void> {
    const { cluster, clock } = this.#options;
    try {
      for (;;) {
        const throttledMs = cluster.throttledMs(broker, this.#channel);
        if (throttledMs > 0) await clock.sleep(throttledMs);
        // Leaders may be known by now that were not when they were asked for.
        this.#attend();
        const wanted = this.#of(broker);
        if (this.#isClosed || wanted.length === 0) return;
        if (!(await this.#fetch(broker, wanted))) await clock.sleep(RETRY_PAUSE_MS);
      }
    } finally {
      this.#loops.delete(broker.id);
      // Leaders may have moved meanwhile.
      this.#attend();
    }
  }

  #of(broker: Broker): Wanted[] {
    const { cluster, topic } = this.#options;
    return [...this.#wanted.values()].filter(
      ({ reader }) => cluster.leader(topic, reader.partition)?.broker.id === broker.id,
    );
  }

  /** @returns whether the broker has answered without errors */
  async #fetch(broker: Broker, wanted: readonly Wanted[]): Promise<boolean> {
    const { lingerMs } = this.#options;
    const maxPartitionBytes = this.#maxPartitionBytes();
    const longest = lingerMs > 0 ? lingerMs : LONG_POLL_MS;
    const isAll = this.#wanted.size >= this.#readers;
    try {
      const { error, partitions, throttleMs } = await this.#options.cluster.send(
        broker,
        'Fetch',
        {
          isolation: 'read_committed',
          maxWaitMs: isAll ? longest : Math.min(SHORT_POLL_MS, longest),
          minBytes: lingerMs > 0 ? maxPartitionBytes : 1,
          maxBytes: maxPartitionBytes * PARTITIONS_PER_FETCH,
          partitions: wanted.map(({ reader: { partition }, position }) => ({
            topicId: position.topicId,
            partition,
            leaderEpoch: position.leaderEpoch,
            offset: position.offset,
            maxBytes: maxPartitionBytes,
          })),
        },
        { channel: this.#channel },
      );
      if (error !== 'NONE') throw new ProtocolError(error, 'Fetch');
      // A broker that throttles has read nothing (KIP-219).
      if (throttleMs > 0 && partitions.length === 0) return true;
      const answers = new Map(partitions.map((answer) => [answer.partition, answer]));
      const isFine = wanted.map((one) => this.#take(one, answers.get(one.reader.partition)));
      if (isFine.every(Boolean)) return true;
      await this.#refresh();
    } catch (error) {
      if (this.#isClosed) return true;
      if (!isRetriable(error)) throw error;
      await this.#refresh();
    }
    this.#findMoved();
    this.#attend();
    return false;
  }

  #maxPartitionBytes(): number {
    const { maxPartitionBytes = MAX_PARTITION_BYTES } = this.#options;
    return Math.min(maxPartitionBytes, Math.ceil(SHARED_BYTES / Math.max(1, this.#readers)));
  }

  /** @returns whether there is no need to ask who leads the partition */
  #take(wanted: Wanted, answer: FetchedPartitionData | undefined): boolean {
    const { reader } = wanted;
    // The reader may want something else by now, or nothing.
    if (this.#wanted.get(reader.partition) !== wanted || this.#isClosed) return true;
    if (answer === undefined) return false;
    const { error, records } = answer;
    if (error === 'NONE') {
      if (records.batches.length === 0 && records.damage === undefined) return true;
      this.#wanted.delete(reader.partition);
      reader.onFetched(answer);
      return true;
    }
    if (error === 'OFFSET_OUT_OF_RANGE') {
      this.#fail(wanted, 'out of range');
      return true;
    }
    const refusal = new ProtocolError(error, `Fetch of topic "${this.#options.topic}"`);
    if (isRefused(refusal)) throw refusal;
    return false;
  }

  #fail(wanted: Wanted, failure: FetchFailure): void {
    this.#wanted.delete(wanted.reader.partition);
    wanted.reader.onFailed(failure);
  }

  /** Tells readers whose partition has another leader, or another topic, than their position was found in. */
  #findMoved(): void {
    const { cluster, topic } = this.#options;
    for (const wanted of [...this.#wanted.values()]) {
      const { reader, position } = wanted;
      const leader: Leader | undefined = cluster.leader(topic, reader.partition);
      if (leader === undefined) continue;
      const isSame =
        leader.epoch === position.leaderEpoch && cluster.topic(topic)?.topicId === position.topicId;
      if (!isSame) this.#fail(wanted, 'moved');
    }
  }

  async #refresh(): Promise<void> {
    await this.#options.cluster.refresh().catch(() => undefined);
  }

  /** A partition without a leader cannot be fetched. */
  async #lookForLeaders(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    await this.#options.clock.sleep(RETRY_PAUSE_MS);
    await this.#refresh();
    this.#isLooking = false;
    if (this.#isClosed) return;
    this.#findMoved();
    this.#attend();
  }
}
