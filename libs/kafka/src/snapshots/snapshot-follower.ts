import { randomUUID } from 'node:crypto';
import { MAX_VALUE_BYTES, lastHeader } from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import type { Admin } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import { KafkaUnavailableError, StalledError } from '../client/errors.ts';
import { GroupConsumer } from '../group/group-consumer.ts';
import { groupRights } from '../group/group-rights.ts';
import type { OwnedBatch } from '../group/group-options.ts';
import { retryRead } from '../client/retry-read.ts';
import type { FoundSnapshot } from './snapshot-record.ts';
import { NEXT_OFFSET_HEADER, partitionOfKey } from './snapshot-record.ts';
import type { UsableTopic } from '../client/topics.ts';

export interface SnapshotFollowerOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  /** The topic whose partitions the snapshots are of. */
  readonly inputTopic: string;
  readonly snapshots: UsableTopic;
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  /** Somebody's newer snapshot of a partition arrived. */
  readonly onSnapshot: (partition: number, snapshot: FoundSnapshot) => void;
  readonly onFatal: (error: unknown) => void;
}

/** A restore that takes longer than this is not going to end. */
const CATCH_UP_TIMEOUT_MS = 120_000;

/**
 * Reads the whole snapshot topic, from its beginning and for as long as the process lives, and keeps the
 * newest snapshot of every partition. Newest is the one with the highest next offset, not the last one
 * in the log: a frozen owner that wakes up may still write an old one.
 */
export class SnapshotFollower {
  readonly #options: SnapshotFollowerOptions;
  readonly #consumer: GroupConsumer;
  readonly #admin: Admin;
  readonly #newest = new Map<number, FoundSnapshot>();
  readonly #positions = new Map<number, bigint>();
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  constructor(options: SnapshotFollowerOptions) {
    this.#options = options;
    const { connection, groupId, snapshots, stallTimeoutMs, logger, onFatal } = options;
    this.#admin = createClient(connection, logger, 'run').admin();
    const followers = `${groupId}.follower.`;
    this.#consumer = new GroupConsumer({
      connection,
      // A group of one, so that this process gets every partition; it never commits an offset.
      groupId: followers + randomUUID(),
      topic: snapshots.topic,
      rights: groupRights({
        topic: snapshots.topic,
        setting: 'SNAPSHOT_TOPIC',
        groupId: followers,
        prefixed: true,
      }),
      concurrency: 1,
      isAwaited: true,
      lingerMs: 0,
      stallTimeoutMs,
      logger,
      // The service's own consumer reports; this one is plumbing.
      metrics: undefined,
      onBatch: (batch) => {
        this.#read(batch);
        return Promise.resolve();
      },
      onPosition: (partition, position) => {
        this.#positions.set(partition, position);
        for (const check of this.#waiting) check();
      },
      maxValueBytes: Math.max(MAX_VALUE_BYTES, snapshots.maxMessageBytes),
      onUnreadable: ({ message }) =>
        new KafkaUnavailableError(
          `${message}. Without it the counts are not known: look at the brokers' disks, or set SNAPSHOT_TOPIC to a new ` +
            'topic, and all that INPUT_TOPIC holds is counted anew.',
        ),
      onAssigned: () => undefined,
      onFatal,
    });
  }

  async start(): Promise<void> {
    await this.#admin.connect();
    await this.#consumer.start();
  }

  /** Whoever waits to be caught up waits no longer. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const check of this.#waiting) check();
    await this.#consumer.stop();
    await this.#admin.disconnect();
  }

  notLive(): string | undefined {
    return this.#consumer.notLive();
  }

  /** @returns the newest snapshot of an input partition, as far as the topic is read */
  newest(partition: number): FoundSnapshot | undefined {
    return this.#newest.get(partition);
  }

  /**
   * Waits until everything is read that is in the snapshot topic now, or until the stop.
   *
   * @throws StalledError when that does not happen
   */
  async caughtUp(): Promise<void> {
    const { topic } = this.#options.snapshots;
    const bounds = await retryRead(() => this.#admin.fetchTopicOffsets(topic));
    const ends = bounds
      .filter(({ high, low }) => high !== low)
      .map(({ partition, high }) => ({ partition, end: BigInt(high) }));
    const isRead = (): boolean =>
      ends.every(({ partition, end }) => (this.#positions.get(partition) ?? 0n) >= end);
    if (isRead()) return;

    let check = (): void => undefined;
    let deadline: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        check = () => {
          if (this.#stopped || isRead()) resolve();
        };
        this.#waiting.add(check);
        deadline = setTimeout(() => {
          reject(new StalledError(`"${topic}" (SNAPSHOT_TOPIC) could not be read to its end`));
        }, CATCH_UP_TIMEOUT_MS).unref();
      });
    } finally {
      clearTimeout(deadline);
      this.#waiting.delete(check);
    }
  }

  #read({ records, resolve }: OwnedBatch): void {
    const newer = new Map<number, FoundSnapshot>();
    for (const { key, value, headers, timestamp } of records) {
      const partition = partitionOfKey(key, this.#options.inputTopic);
      const offsetHeader = lastHeader(headers ?? [], NEXT_OFFSET_HEADER);
      if (partition === undefined || value === null || offsetHeader === undefined) continue;
      const nextOffset = BigInt(offsetHeader);
      const known = this.#newest.get(partition);
      if (known !== undefined && known.nextOffset >= nextOffset) continue;
      const snapshot = { value, nextOffset, writtenMs: Number(timestamp) };
      this.#newest.set(partition, snapshot);
      newer.set(partition, snapshot);
    }
    // A restore reads up to an hour of versions: whoever decodes them all is busy with what is outdated.
    for (const [partition, snapshot] of newer) this.#options.onSnapshot(partition, snapshot);
    resolve();
  }
}
