import type { Cluster } from '../cluster/cluster.ts';
import { isLeaderGone, isUnheard, mayPass, ProtocolError } from '../cluster/protocol-error.ts';
import type { BatchEncoder, Clock } from '../ports.ts';
import { keyPartition } from '../writing/key-partition.ts';
import { partitionedWrites } from '../writing/partitioned-writes.ts';
import { writePlainly } from '../writing/write-plainly.ts';
import type { FailedWrite } from '../writing/write-once.ts';
import type { WrittenTopic } from './changes.ts';
import type { ChangesWriter } from './changes-writer.ts';
import { snapshotRecord } from './snapshot-record.ts';
import type { PlacedSnapshot } from './snapshot-record.ts';

/** A snapshot with the topic that it is of for sure. */
export type OwnSnapshot = PlacedSnapshot & { readonly topicId: string };

/** A snapshot is larger than its topic takes: an operator has to let the topic take more. */
export class SnapshotTooLargeError extends Error {
  override readonly name = 'SnapshotTooLargeError';
  readonly code = 'SNAPSHOT_TOO_LARGE';
  readonly partition: number;
  readonly bytes: number;
  /** What the topic takes, in bytes. */
  readonly takes: number;

  constructor(partition: number, bytes: number, topic: string, takes: number) {
    super(
      `The snapshot of partition ${partition} has ${bytes} bytes, and "${topic}" takes ${takes}`,
    );
    this.partition = partition;
    this.bytes = bytes;
    this.takes = takes;
  }
}

/** Brokers answer, and have refused for long what is written to a topic. */
export class UnwrittenError extends Error {
  override readonly name = 'UnwrittenError';
  readonly code = 'UNWRITTEN';
  readonly topic: string;

  constructor(topic: string, cause: Error) {
    super(`Nothing could be written to "${topic}": ${cause.message}`, { cause });
    this.topic = topic;
  }
}

export interface SnapshotWriterOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly encoder: BatchEncoder;
  readonly input: string;
  readonly target: WrittenTopic;
  /** What the topic takes, in bytes of a snapshot's value. */
  readonly maxSnapshotBytes: number;
  /** Undefined where no changes are told. */
  readonly changes: ChangesWriter | undefined;
  /** For how long brokers may refuse what is written, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** Something could not be written: it will be tried again. */
  readonly onFailed: (topic: string, error: Error) => void;
}

const MAX_RECORDS = 1_000;

/** Writes snapshots. One that fails is no loss, since the next one holds more; what brokers refuse for long is. */
export class SnapshotWriter {
  readonly #options: SnapshotWriterOptions;
  /** When brokers began to refuse, epoch ms; undefined while they do not. */
  #refusedSince: number | undefined;

  constructor(options: SnapshotWriterOptions) {
    this.#options = options;
  }

  /**
   * @returns the partitions whose snapshots, and before them what changed, are safely in the topics
   * @throws SnapshotTooLargeError, UnwrittenError, ForeignChangesError, or ProtocolError when an operator has to act
   */
  async write(snapshots: ReadonlyMap<number, OwnSnapshot>): Promise<ReadonlySet<number>> {
    this.#requireFitting(snapshots);
    const failed = await this.#writeChanges(snapshots);
    if (failed.length > 0) {
      this.#judge(failed);
      return new Set();
    }
    const { cluster, clock, encoder, input, target } = this.#options;
    const { topic } = target;
    const { partitions } = cluster.topic(topic) ?? {};
    if (partitions === undefined) {
      const error = new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', `Produce to topic "${topic}"`);
      this.#judge([{ topic, partition: 0, error }]);
      return new Set();
    }
    const now = clock.now();
    const written = new Map<number, number>();
    const records = [...snapshots].map(([partition, snapshot]) => {
      const record = snapshotRecord(input, partition, snapshot, now);
      written.set(partition, keyPartition(record.key, partitions));
      return record;
    });
    const writes = await partitionedWrites(
      topic,
      records,
      ({ key }) => keyPartition(key, partitions),
      { maxMessageBytes: target.maxMessageBytes, maxRecords: MAX_RECORDS, codec: 'none' },
      encoder,
    );
    const refused = await writePlainly(cluster, writes);
    this.#judge(refused);
    const lost = new Set(refused.map(({ partition }) => partition));
    return new Set(
      [...written].flatMap(([partition, place]) => (lost.has(place) ? [] : [partition])),
    );
  }

  async #writeChanges(
    snapshots: ReadonlyMap<number, OwnSnapshot>,
  ): Promise<readonly FailedWrite[]> {
    const { changes } = this.#options;
    const [first] = snapshots.values();
    if (changes === undefined || first === undefined) return [];
    try {
      return await changes.write([...snapshots.keys()], first.topicId);
    } catch (error) {
      if (!mayPass(error) || !(error instanceof Error)) throw error;
      return [{ topic: changes.topic, partition: 0, error }];
    }
  }

  /** A state that keeps to its bounds fits; one that was kept while the topic took more may not. */
  #requireFitting(snapshots: ReadonlyMap<number, OwnSnapshot>): void {
    const { maxSnapshotBytes, target } = this.#options;
    for (const [partition, { value }] of snapshots) {
      if (value.length <= maxSnapshotBytes) continue;
      throw new SnapshotTooLargeError(partition, value.length, target.topic, maxSnapshotBytes);
    }
  }

  /** Without snapshots the other replicas know nothing of our partitions, and a restart would replay ever more. */
  #judge(failed: readonly FailedWrite[]): void {
    const { clock, stallTimeoutMs, onFailed } = this.#options;
    const told = new Map(failed.map(({ topic, error }) => [topic, error]));
    for (const [topic, error] of told) onFailed(topic, error);
    const refused = failed.find(({ error }) => !isAway(error));
    if (refused === undefined) {
      this.#refusedSince = undefined;
      return;
    }
    this.#refusedSince ??= clock.now();
    if (clock.now() - this.#refusedSince < stallTimeoutMs) return;
    throw new UnwrittenError(refused.topic, refused.error);
  }
}

/** @returns whether a broker is away, or lacks others: a new process would find the same */
function isAway(error: Error): boolean {
  if (!(error instanceof ProtocolError)) return isUnheard(error);
  const { code } = error;
  const lacksReplicas = code.startsWith('NOT_ENOUGH_REPLICAS') || code === 'REQUEST_TIMED_OUT';
  return lacksReplicas || isLeaderGone(code);
}
