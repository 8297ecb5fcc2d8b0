import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@login-pipeline/observability';
import type { ConsumedRecord, LatestRecord, OutgoingRecord } from '@login-pipeline/pipeline';
import { lastHeader } from '@login-pipeline/pipeline';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import { retryRead } from '../client/retry-read.ts';
import { GroupConsumer } from '../group/group-consumer.ts';
import { groupRights } from '../group/group-rights.ts';

/** Repeats a record's time outside of its value, epoch ms: whoever compares two need not decode them. */
const TIME_HEADER = 'x-login-time';

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
  readonly logger: Logger;
}

/** A record of the topic of the latest ones, and the index of its source in the batch. */
export type LatestOutput = OutgoingRecord & Pick<LatestRecord, 'source'>;

/**
 * Knows the time of the newest record of every key in one partition of a compacted topic, so that only newer ones are
 * written: compaction keeps the last record of a key, which is then the latest too.
 *
 * Belongs to one ownership of the partition, like its producer: what it notes is thrown away with a failed transaction.
 */
export class LatestByKey {
  readonly #times = new Map<string, number>();

  /**
   * Reads the partition to its last stable offset. Only after its last owner is fenced: then nothing is missing.
   *
   * @param heartbeat tells the group, now and then, that this takes a while; throws when we are no member any more
   */
  static async restore(source: LatestSource, heartbeat: () => Promise<void>): Promise<LatestByKey> {
    const latest = new LatestByKey();
    await readPartition(source, heartbeat, (record) => {
      latest.#restore(record);
    });
    return latest;
  }

  /** @returns what is to be written of these records: of each key the newest, if it is as new as what is known */
  take(records: readonly LatestRecord[]): readonly LatestOutput[] {
    const newest = new Map<string, LatestRecord>();
    for (const record of records) {
      const { key, time } = record;
      if (time < (this.#times.get(key) ?? -Infinity)) continue;
      this.#times.set(key, time);
      newest.set(key, record);
    }
    return Array.from(newest.values(), ({ key, time, value, timestamp, source }) => ({
      key: Buffer.from(key),
      value,
      headers: [[TIME_HEADER, String(time)]],
      timestamp,
      source,
    }));
  }

  #restore({ key, value, headers }: ConsumedRecord): void {
    const name = String(key ?? '');
    // A tombstone: somebody had the key forgotten.
    if (value === null) this.#times.delete(name);
    else this.#times.set(name, Number(lastHeader(headers ?? [], TIME_HEADER) ?? 0));
  }
}

async function readPartition(
  source: LatestSource,
  heartbeat: () => Promise<void>,
  onRecord: (record: ConsumedRecord) => void,
): Promise<void> {
  const { connection, groupId, topic, setting, partition, logger } = source;
  const readers = `${groupId}.restore.`;
  const ends = await endsOf(source);
  const end = ends.get(partition);
  if (end === undefined) return;

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
    onAssigned: () => {
      // The others are somebody else's: nothing of them needs to be fetched.
      for (const [other, otherEnd] of ends) if (other !== partition) consumer.seek(other, otherEnd);
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

/** @returns the last stable offsets of the partitions that hold something */
async function endsOf({
  connection,
  topic,
  logger,
}: LatestSource): Promise<ReadonlyMap<number, bigint>> {
  const admin = createClient(connection, logger, 'run').admin();
  await admin.connect();
  try {
    const bounds = await retryRead(() => admin.fetchTopicOffsets(topic));
    return new Map(
      bounds
        .filter(({ low, high }) => low !== high)
        .map(({ partition, high }) => [partition, BigInt(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}
