import type { Logger, Metrics } from '@login-pipeline/observability';
import { errorText, StalledError } from '../client/errors.ts';
import type { RecordProducer } from '../client/producer.ts';
import type { TopicRole } from '../client/topics.ts';
import type { Snapshot } from './snapshot-record.ts';
import { snapshotRecord } from './snapshot-record.ts';

export interface SnapshotWriterOptions {
  readonly inputTopic: string;
  readonly snapshots: TopicRole;
  /** After how long without one success the process gives up, in milliseconds. */
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly onFatal: (error: unknown) => void;
}

/** Writes snapshots. One that fails is no loss, since the next one holds more; failing for long is. */
export class SnapshotWriter {
  readonly #producer: RecordProducer;
  readonly #options: SnapshotWriterOptions;
  /** When writing began to fail, on the monotonic clock; undefined while it does not. */
  #failingSince: number | undefined;

  constructor(producer: RecordProducer, options: SnapshotWriterOptions) {
    this.#producer = producer;
    this.#options = options;
  }

  /** @returns whether all of them are safely in the topic */
  async write(snapshots: ReadonlyMap<number, Snapshot>): Promise<boolean> {
    const { inputTopic, metrics, logger } = this.#options;
    try {
      await this.#producer.send(
        [...snapshots].map(([partition, snapshot]) =>
          snapshotRecord(inputTopic, partition, snapshot),
        ),
      );
    } catch (error) {
      logger.warn({ cause: errorText(error) }, 'A snapshot was not written');
      this.#giveUpInTime(error);
      return false;
    }
    this.#failingSince = undefined;
    metrics.increment('snapshot_records_total', {}, snapshots.size);
    for (const { value } of snapshots.values()) metrics.observe('snapshot_bytes', {}, value.length);
    return true;
  }

  async close(): Promise<void> {
    await this.#producer.disconnect();
  }

  /** Without snapshots the other replicas know nothing of our partitions, and a restart would replay ever more. */
  #giveUpInTime(cause: unknown): void {
    const { stallTimeoutMs, snapshots, onFatal } = this.#options;
    this.#failingSince ??= performance.now();
    if (performance.now() - this.#failingSince < stallTimeoutMs) return;
    onFatal(
      new StalledError(
        `No snapshot could be written to "${snapshots.topic}" (${snapshots.setting}) ` +
          `for STALL_TIMEOUT_MS=${stallTimeoutMs}: ${errorText(cause)}`,
        { cause },
      ),
    );
  }
}
