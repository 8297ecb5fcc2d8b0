import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@login-pipeline/observability';
import type { ConsumedRecord } from '@login-pipeline/pipeline';
import type { Admin } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { KafkaUnavailableError } from '../client/errors.ts';
import { retryRead } from '../client/retry-read.ts';
import { GroupConsumer } from '../group/group-consumer.ts';
import { groupRights } from '../group/group-rights.ts';
import { LatestByKey } from './latest-by-key.ts';

/** Well within a session, so that the group keeps its member while a long restore goes on. */
const HEARTBEAT_MS = 2_000;
const STALL_TIMEOUT_MS = 60_000;

/** Where the latest record of each key is kept. */
export interface LatestSource {
  readonly connection: KafkaConnection;
  /** The group of the service: names of the groups that a restore reads in begin with it. */
  readonly groupId: string;
  readonly topic: string;
  /** The setting that names the topic. */
  readonly setting: string;
  readonly partition: number;
  /** Knows where the topic ends. */
  readonly admin: Admin;
  readonly logger: Logger;
}

/** By partition, of those that hold something: the last stable offset. */
type Ends = ReadonlyMap<number, bigint>;

/**
 * One partition of the topic of latest records, with all that is known of it. Its owner is the only service that writes to
 * it, but an operator may: a tombstone lets a key be forgotten.
 */
export class LatestPartition {
  readonly known = new LatestByKey();
  readonly #source: LatestSource;
  /** All below it is known, but what our own transactions wrote since. */
  #end = 0n;

  private constructor(source: LatestSource) {
    this.#source = source;
  }

  /**
   * Reads the partition to its last stable offset. Only after its last owner is fenced: then nothing is missing.
   *
   * @param heartbeat tells the group, now and then, that this takes a while; throws when we are no member any more
   */
  static async restore(
    source: LatestSource,
    heartbeat: () => Promise<void>,
  ): Promise<LatestPartition> {
    const restored = new LatestPartition(source);
    await restored.#read(await endsOf(source), heartbeat);
    return restored;
  }

  /** Takes in what others have written, if anything. Only between two transactions, when all of ours are committed. */
  async catchUp(heartbeat: () => Promise<void>): Promise<void> {
    const ends = await endsOf(this.#source);
    const end = ends.get(this.#source.partition) ?? 0n;
    const expected = this.#end + this.known.offsets;
    if (end > expected) await this.#read(ends, heartbeat);
    else if (end === expected) this.#isKnownTo(end);
    // Else the markers of our last transaction are on their way: the next time tells.
  }

  #isKnownTo(end: bigint): void {
    this.#end = end;
    this.known.offsets = 0n;
  }

  async #read(ends: Ends, heartbeat: () => Promise<void>): Promise<void> {
    const { partition } = this.#source;
    const end = ends.get(partition);
    if (end === undefined) return;
    const now = Date.now();
    await readPartition(this.#source, { ends, from: this.#end }, heartbeat, (record) => {
      this.known.note(record, now);
    });
    this.#isKnownTo(end);
  }
}

async function readPartition(
  { connection, groupId, topic, setting, partition, logger }: LatestSource,
  { ends, from }: { readonly ends: Ends; readonly from: bigint },
  heartbeat: () => Promise<void>,
  onRecord: (record: ConsumedRecord) => void,
): Promise<void> {
  const readers = `${groupId}.restore.`;
  const end = ends.get(partition) ?? 0n;

  let finish: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const done = new Promise<'done'>((resolve, reject) => {
    finish = () => {
      resolve('done');
    };
    fail = reject;
  });
  const consumer: GroupConsumer = new GroupConsumer({
    connection,
    // A group of one that never commits.
    groupId: readers + randomUUID(),
    topic,
    rights: groupRights({ topic, setting, groupId: readers, prefixed: true }),
    concurrency: 1,
    isAwaited: true,
    lingerMs: 0,
    stallTimeoutMs: STALL_TIMEOUT_MS,
    logger,
    metrics: undefined,
    onBatch: (batch) => {
      if (batch.partition === partition) for (const record of batch.records) onRecord(record);
      batch.resolve();
      return Promise.resolve();
    },
    onPosition: (moved, position) => {
      if (moved === partition && position >= end) finish();
    },
    onUnreadable: ({ message }) =>
      new KafkaUnavailableError(
        `${message}. Without it the latest records of "${topic}" (${setting}) are not known: look at the brokers' disks, ` +
          `or set ${setting} to a new topic, which begins empty.`,
      ),
    onAssigned: () => {
      // The others have owners of their own: nothing of them needs to be fetched.
      for (const [other, otherEnd] of ends) if (other !== partition) consumer.seek(other, otherEnd);
      if (from > 0n) consumer.seek(partition, from);
    },
    onFatal: (error) => {
      fail(error);
    },
  });
  try {
    await consumer.start();
    for (;;) {
      const beat = sleep(HEARTBEAT_MS, 'beat' as const);
      if ((await Promise.race([done, beat])) === 'done') return;
      await heartbeat();
    }
  } finally {
    await consumer.stop();
  }
}

async function endsOf({ admin, topic }: LatestSource): Promise<Ends> {
  const bounds = await retryRead(() => admin.fetchTopicOffsets(topic));
  return new Map(
    bounds
      .filter(({ low, high }) => low !== high)
      .map(({ partition, high }) => [partition, BigInt(high)]),
  );
}
