import type { Cluster, LedPartition } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import { UnreadableBatchError } from '../fetch/errors.ts';
import { piecesOf } from '../fetch/pieces.ts';
import type { Reading } from '../fetch/pieces.ts';
import { readableOf } from '../fetch/readable-batches.ts';
import { stableEnds } from '../positions/positions.ts';
import type { BatchEncoder } from '../ports.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import type { FetchedPartitionData } from '../protocol/log-apis.ts';
import { withHeaders } from '../records/headers.ts';
import { keyPartition } from '../writing/key-partition.ts';
import { partitionedWrites } from '../writing/partitioned-writes.ts';
import { writePlainly } from '../writing/write-plainly.ts';
import type { FailedWrite } from '../writing/write-once.ts';
import type { Changes, WrittenTopic } from './changes.ts';
import { TOPIC_ID_HEADER, topicIdIn } from './snapshot.ts';
import type { PlacedSnapshot } from './snapshot.ts';

/** The topic has changes of another input of the same name: what the two say of a key must not be mixed. */
export class ForeignChangesError extends Error {
  override readonly name = 'ForeignChangesError';
  readonly code = 'FOREIGN_CHANGES';
  readonly topic: string;

  constructor(topic: string, input: string) {
    super(`"${topic}" has changes that come of another topic "${input}", which was created anew`);
    this.topic = topic;
  }
}

export interface ChangesWriterOptions {
  readonly cluster: Cluster;
  readonly encoder: BatchEncoder;
  /** The topic whose records are folded. */
  readonly input: string;
  readonly target: WrittenTopic;
  readonly changes: Changes;
  readonly reading: Reading;
}

const MAX_RECORDS = 10_000;

/** Tells changes, each with the id of the topic that it comes of. */
export class ChangesWriter {
  readonly #options: ChangesWriterOptions;
  /** The topic that has the changes. */
  #topicId: string | undefined;
  /** The partitions of which it has something. */
  readonly #written = new Set<number>();
  /** The topic that was found to have no changes of another input. */
  #ownId: string | undefined;

  constructor(options: ChangesWriterOptions) {
    this.#options = options;
  }

  get topic(): string {
    return this.#options.target.topic;
  }

  /** What {@link write} writes to now. */
  get topicId(): string | undefined {
    const { cluster, target } = this.#options;
    return cluster.topic(target.topic)?.topicId;
  }

  /**
   * Whether the topic is another one than was written to before: it has none of the changes. Then
   * {@link beginAnew}.
   */
  get isTopicNew(): boolean {
    const { topicId } = this;
    return topicId !== undefined && this.#topicId !== undefined && topicId !== this.#topicId;
  }

  /** Tells all of it again, to the topic that there is now. */
  beginAnew(): void {
    for (const partition of this.#written) this.#options.changes.forget(partition);
    this.#written.clear();
    this.#topicId = undefined;
  }

  /** Goes on with what a partition was just restored from, where the topic has all that this contains. */
  resume(partition: number, { missing, changesTopicId }: PlacedSnapshot): void {
    const { topicId } = this;
    if (topicId === undefined || changesTopicId !== topicId || missing.length > 0) return;
    this.#topicId ??= topicId;
    if (topicId !== this.#topicId) return;
    this.#written.add(partition);
    this.#options.changes.assumeWritten(partition);
  }

  /**
   * @param inputId of the topic that the partitions are of
   * @returns the partitions of the topic that could not be written to: then the changes are written again
   * @throws ForeignChangesError, or ProtocolError when an operator has to act
   */
  async write(partitions: readonly number[], inputId: string): Promise<readonly FailedWrite[]> {
    const { cluster, encoder, target, changes } = this.#options;
    const known = cluster.topic(target.topic);
    if (known === undefined) return [this.#missing()];
    if (known.topicId !== this.#ownId) {
      await this.#requireOwn(inputId);
      this.#ownId = known.topicId;
    }
    this.#topicId ??= known.topicId;
    for (const partition of partitions) this.#written.add(partition);
    const header = [TOPIC_ID_HEADER, inputId] as const;
    const records = partitions.flatMap((partition) =>
      changes
        .since(partition)
        .map((record) => ({ ...record, headers: withHeaders(record.headers, [header]) })),
    );
    const { maxMessageBytes } = target;
    const limits = { maxMessageBytes, maxRecords: MAX_RECORDS, codec: 'none' } as const;
    const writes = await partitionedWrites(
      target.topic,
      records,
      ({ key }) => (key === null ? 0 : keyPartition(key, known.partitions)),
      limits,
      encoder,
    );
    const failed = await writePlainly(cluster, writes);
    if (failed.length > 0) for (const partition of partitions) changes.forget(partition);
    return failed;
  }

  #missing(): FailedWrite {
    const { topic } = this.#options.target;
    const error = new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', `Produce to topic "${topic}"`);
    return { topic, partition: 0, error };
  }

  /**
   * All that is there was written after it was made sure of that: so the last record of each
   * partition speaks for all of them. Empty partitions are asked, too: a right that is missing
   * shows at the first start.
   */
  async #requireOwn(inputId: string): Promise<void> {
    const { cluster, target, input } = this.#options;
    const ends = await stableEnds(cluster, target.topic);
    const asked = [...cluster.byLeader([target.topic])].map(([broker, led]) =>
      this.#lastIds(broker, led, ends),
    );
    for (const topicId of (await Promise.all(asked)).flat()) {
      if (topicId !== undefined && topicId !== inputId) {
        throw new ForeignChangesError(target.topic, input);
      }
    }
  }

  /** @returns what the last records of partitions say of the input that they come of */
  async #lastIds(
    broker: Broker,
    led: readonly LedPartition[],
    ends: ReadonlyMap<number, bigint>,
  ): Promise<readonly (string | undefined)[]> {
    const { cluster, target } = this.#options;
    const { topic } = target;
    const topicId = cluster.topic(topic)?.topicId ?? '';
    const partitions = led.map(({ partition, leaderEpoch }) => {
      const end = ends.get(partition) ?? 0n;
      const offset = end > 0n ? end - 1n : 0n;
      return { topicId, partition, leaderEpoch, offset, maxBytes: target.maxMessageBytes };
    });
    const maxBytes = target.maxMessageBytes * partitions.length;
    const request = { isolation: 'read_committed', maxWaitMs: 0, minBytes: 1, maxBytes } as const;
    const answer = await cluster.send(broker, 'Fetch', { ...request, partitions });
    const offsets = new Map(partitions.map(({ partition, offset }) => [partition, offset]));
    return Promise.all(
      answer.partitions.map((fetched) => this.#idIn(fetched, offsets.get(fetched.partition) ?? 0n)),
    );
  }

  async #idIn(fetched: FetchedPartitionData, offset: bigint): Promise<string | undefined> {
    const { topic } = this.#options.target;
    const { partition, error } = fetched;
    // All records may be gone.
    if (error === 'OFFSET_OUT_OF_RANGE') return undefined;
    if (error !== 'NONE') throw new ProtocolError(error, `Fetch of topic "${topic}"`);
    let topicId: string | undefined;
    try {
      const readable = readableOf({ topic, partition, from: Number(offset) }, fetched);
      if (readable === undefined) return undefined;
      for await (const { records } of piecesOf(readable, this.#options.reading)) {
        topicId = topicIdIn(records.at(-1)?.headers ?? []) ?? topicId;
      }
    } catch (unreadable) {
      if (!(unreadable instanceof UnreadableBatchError)) throw unreadable;
    }
    return topicId;
  }
}
