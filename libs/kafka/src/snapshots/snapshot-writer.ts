import type { Logger, Metrics } from '@login-pipeline/observability';
import { errorText, KafkaUnavailableError, StalledError } from '../client/errors.ts';
import type { RecordProducer } from '../client/producer.ts';
import type { TopicRole } from '../client/topics.ts';
import type { Changes } from './changes.ts';
import type { Snapshot } from './snapshot-record.ts';
import { snapshotRecord } from './snapshot-record.ts';

export interface SnapshotWriterOptions {
  readonly inputTopic: string;
  readonly snapshots: TopicRole;
  /** What the topic takes, in bytes of a snapshot's value. */
  readonly maxSnapshotBytes: number;
  readonly changes?: Changes | undefined;
  /** After how long without one success the process gives up, in milliseconds. */
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly onFatal: (error: unknown) => void;
}

/** Where the records go. */
export interface SnapshotProducers {
  readonly snapshots: RecordProducer;
  /** Undefined where no changes are told. */
  readonly changes: RecordProducer | undefined;
}

/** Writes snapshots. One that fails is no loss, since the next one holds more; failing for long is. */
export class SnapshotWriter {
  readonly #producers: SnapshotProducers;
  readonly #options: SnapshotWriterOptions;
  /** When writing began to fail, on the monotonic clock; undefined while it does not. */
  #failingSince: number | undefined;

  constructor(producers: SnapshotProducers, options: SnapshotWriterOptions) {
    this.#producers = producers;
    this.#options = options;
  }

  /** @returns whether all of them, and before them what changed, are safely in the topics */
  async write(snapshots: ReadonlyMap<number, Snapshot>): Promise<boolean> {
    const { inputTopic, metrics, logger } = this.#options;
    if (this.#isRefused(snapshots)) return false;
    let target = this.#options.changes?.topic;
    try {
      await this.#writeChanges(snapshots.keys());
      target = this.#options.snapshots;
      await this.#producers.snapshots.send(
        [...snapshots].map(([partition, snapshot]) =>
          snapshotRecord(inputTopic, partition, snapshot),
        ),
      );
    } catch (error) {
      logger.warn({ topic: target?.topic, cause: errorText(error) }, 'A snapshot was not written');
      this.#giveUpInTime(error, target);
      return false;
    }
    this.#failingSince = undefined;
    metrics.increment('snapshot_records_total', {}, snapshots.size);
    for (const { value } of snapshots.values()) metrics.observe('snapshot_bytes', {}, value.length);
    return true;
  }

  async close(): Promise<void> {
    await Promise.all([
      this.#producers.snapshots.disconnect(),
      this.#producers.changes?.disconnect(),
    ]);
  }

  async #writeChanges(partitions: Iterable<number>): Promise<void> {
    const { changes } = this.#options;
    if (changes === undefined) return;
    const asked = [...partitions];
    try {
      await this.#producers.changes?.send(asked.flatMap((partition) => changes.since(partition)));
    } catch (error) {
      for (const partition of asked) changes.forget(partition);
      throw error;
    }
  }

  /** A state that keeps to its bounds fits; one that was kept while the topic took more may not. */
  #isRefused(snapshots: ReadonlyMap<number, Snapshot>): boolean {
    const { maxSnapshotBytes, snapshots: role, onFatal } = this.#options;
    for (const [partition, { value }] of snapshots) {
      if (value.length <= maxSnapshotBytes) continue;
      onFatal(
        new KafkaUnavailableError(
          `The snapshot of partition ${partition} has ${value.length} bytes, and "${role.topic}" (${role.setting}) takes ` +
            `${maxSnapshotBytes}: raise max.message.bytes of the topic.`,
        ),
      );
      return true;
    }
    return false;
  }

  /** Without snapshots the other replicas know nothing of our partitions, and a restart would replay ever more. */
  #giveUpInTime(cause: unknown, { topic, setting } = this.#options.snapshots): void {
    const { stallTimeoutMs, onFatal } = this.#options;
    this.#failingSince ??= performance.now();
    if (performance.now() - this.#failingSince < stallTimeoutMs) return;
    onFatal(
      new StalledError(
        `Nothing could be written to "${topic}" (${setting}) ` +
          `for STALL_TIMEOUT_MS=${stallTimeoutMs}: ${errorText(cause)}`,
        { cause },
      ),
    );
  }
}
