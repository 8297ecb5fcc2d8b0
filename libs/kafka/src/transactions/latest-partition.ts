import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumedRecord } from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import type { KafkaConnection } from '../client/connection.ts';
import { KafkaUnavailableError } from '../client/errors.ts';
import { GroupConsumer } from '../group/group-consumer.ts';
import { groupRights } from '../group/group-rights.ts';
import { LatestByKey } from './latest-by-key.ts';
import type { Ends, LatestEnds } from './latest-ends.ts';
import { OwnWrites } from './own-writes.ts';
import type { Write } from './own-writes.ts';

/** Well within a session, so that the group keeps its member while a long restore goes on. */
const HEARTBEAT_MS = 2_000;
const STALL_TIMEOUT_MS = 60_000;

/** The markers of a transaction follow its commit within milliseconds. */
const SETTLE_PAUSE_MS = 20;
const SETTLE_ATTEMPTS = 10;

/** Where the latest record of each key is kept. */
export interface LatestSource {
  readonly connection: KafkaConnection;
  /** The group of the service: names of the groups that a restore reads in begin with it. */
  readonly groupId: string;
  readonly topic: string;
  /** The setting that names the topic. */
  readonly setting: string;
  readonly partition: number;
  readonly ends: LatestEnds;
  readonly logger: Logger;
}

/**
 * One partition of the topic of latest records, with all that is known of it. Its owner is the only service that writes to
 * it, but an operator may: a tombstone lets a key be forgotten.
 */
export class LatestPartition {
  readonly known = new LatestByKey();
  readonly #source: LatestSource;
  readonly #writes = new OwnWrites();

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
    await restored.#read(await source.ends.now(), heartbeat);
    return restored;
  }

  /** Our transaction is committed. @param writes what it wrote to the partition, in order */
  committed(writes: readonly Write[]): void {
    this.#writes.committed(writes);
  }

  /** Takes in what others had written a second ago, if anything. Only between two transactions. */
  async catchUp(heartbeat: () => Promise<void>): Promise<void> {
    const ends = await this.#source.ends.recent();
    const end = ends.get(this.#source.partition) ?? 0n;
    if (!this.#writes.hasOthersBelow(end)) return;
    // Read up to somewhere in our own records, a tombstone would take with it what we wrote after it.
    const settled = await this.#settled();
    if (settled !== undefined) await this.#read(settled, heartbeat);
  }

  /** @returns ends behind all that we wrote; undefined when that takes long: the next time tells */
  async #settled(): Promise<Ends | undefined> {
    const { ends, partition } = this.#source;
    for (let attempt = 0; attempt < SETTLE_ATTEMPTS; attempt += 1) {
      const now = await ends.now();
      if (this.#writes.areBelow(now.get(partition) ?? 0n)) return now;
      await sleep(SETTLE_PAUSE_MS);
    }
    return undefined;
  }

  async #read(ends: Ends, heartbeat: () => Promise<void>): Promise<void> {
    const { partition } = this.#source;
    const end = ends.get(partition);
    if (end === undefined) return;
    const now = Date.now();
    const range = { ends, from: this.#writes.known };
    await readPartition(this.#source, range, heartbeat, (record) => {
      this.known.note(record, now);
    });
    this.#writes.readTo(end);
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
