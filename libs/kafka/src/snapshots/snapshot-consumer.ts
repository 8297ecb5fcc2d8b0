import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConsumedBatch } from '@login-pipeline/streams';
import { MAX_VALUE_BYTES } from '@login-pipeline/streams';
import type { Logger, Metrics, Tracing } from '@login-pipeline/observability';
import type { BatchConsumer, HandleBatch } from '../nest/batch-transport.ts';
import type { KafkaConnection } from '../client/connection.ts';
import { GroupConsumer } from '../group/group-consumer.ts';
import { groupRights } from '../group/group-rights.ts';
import type { Changes } from './changes.ts';
import type { OwnedBatch } from '../group/group-options.ts';
import { Latency } from '../group/latency.ts';
import type { PartitionStates } from './partition-states.ts';
import { obeyOperator } from './operator-position.ts';
import { snapshotMark } from '../group/position-mark.ts';
import type { RecordProducer } from '../client/producer.ts';
import { connectProducer } from '../client/producer.ts';
import { retryRead } from '../client/retry-read.ts';
import { maxSnapshotBytes } from './snapshot-record.ts';
import { SnapshotFollower } from './snapshot-follower.ts';
import { reportGap, startOf } from './snapshot-start.ts';
import { SnapshotWriter } from './snapshot-writer.ts';
import type { SnapshotProducers } from './snapshot-writer.ts';
import type { TopicRole, UsableTopic } from '../client/topics.ts';
import { requireTopics } from '../client/topics.ts';

export interface SnapshotOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly input: TopicRole;
  readonly snapshots: TopicRole;
  /** Milliseconds between two snapshots of a partition that changes. */
  readonly snapshotIntervalMs: number;
  readonly stallTimeoutMs: number;
  readonly states: PartitionStates;
  /** Undefined: nobody but the replicas is told what changes. */
  readonly changes?: Changes | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined while traces are off. */
  readonly tracing?: Tracing | undefined;
  /** The consumer cannot go on; the process has to end. */
  readonly onFatal: (error: unknown) => void;
}

/** A partition this process owns: restored, or about to be. */
interface Ownership {
  /** Where the state stands; undefined until it is restored. */
  nextOffset: bigint | undefined;
  /** The next offset of the last snapshot that is safely in the topic. */
  savedOffset: bigint | undefined;
}

const MAX_CONCURRENCY = 64;
/** Some milliseconds of work: whoever asks for the state meanwhile does not wait long. */
const MAX_FETCH_BYTES = 512 * 1024;

/**
 * Folds a topic into one state per partition and counts every record exactly once without transactions:
 * state and next offset are one record, so they cannot disagree. The owner of a partition starts from
 * its newest snapshot; whoever loses it has at worst written a snapshot that is older, never wrong. The
 * group's committed offsets follow, for lag tools only, but for one that an operator set ahead on purpose.
 */
export class SnapshotConsumer implements BatchConsumer {
  readonly #options: SnapshotOptions;
  readonly #handle: HandleBatch<void>;
  readonly #writer: SnapshotWriter;
  readonly #follower: SnapshotFollower;
  readonly #consumer: GroupConsumer;
  #owned: ReadonlyMap<number, Ownership> = new Map();
  /** Settles when the partitions of the last assignment are restored, or never will be. */
  #restored: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #closing = false;
  readonly #latency: Latency;

  private constructor(
    options: SnapshotOptions,
    topics: { readonly input: UsableTopic; readonly snapshots: UsableTopic },
    handle: HandleBatch<void>,
    producers: SnapshotProducers,
  ) {
    this.#options = options;
    this.#latency = new Latency(options);
    this.#handle = handle;
    const { states } = options;
    this.#writer = new SnapshotWriter(producers, {
      ...options,
      inputTopic: topics.input.topic,
      maxSnapshotBytes: maxSnapshotBytes(topics.input, topics.snapshots),
      onFatal: (error) => {
        if (!this.#closing) options.onFatal(error);
      },
    });
    this.#follower = new SnapshotFollower({
      ...options,
      inputTopic: topics.input.topic,
      snapshots: topics.snapshots,
      onSnapshot: (partition, snapshot) => {
        if (!this.#owned.has(partition)) states.follow(partition, snapshot);
      },
    });
    this.#consumer = new GroupConsumer({
      ...options,
      topic: topics.input.topic,
      rights: groupRights({ ...options.input, groupId: options.groupId }),
      concurrency: Math.min(topics.input.partitions, MAX_CONCURRENCY),
      lingerMs: 0,
      maxFetchBytes: MAX_FETCH_BYTES,
      maxValueBytes: Math.max(MAX_VALUE_BYTES, topics.input.maxMessageBytes),
      onBatch: (batch) => this.#onBatch(batch),
      onUnreadable: undefined,
      onPosition: (partition, position, from) => {
        this.#skipTo(partition, position, from);
      },
      onEnds: (ends) => {
        states.expect(ends);
      },
      onAssigned: (partitions) => {
        this.#takeOver(partitions);
      },
    });
  }

  /**
   * @throws KafkaUnavailableError when the brokers or one of the topics cannot be used
   * @throws what the states throw where snapshots may not fit into their topic
   */
  static async create(
    options: SnapshotOptions,
    handle: HandleBatch<void>,
  ): Promise<SnapshotConsumer> {
    const { connection, logger, input, snapshots, states, changes } = options;
    const topics = await requireTopics(connection, logger, {
      input: { ...input, operations: ['Read'] },
      snapshots: { ...snapshots, operations: ['Read', 'Write'] },
    });
    states.fit(maxSnapshotBytes(topics.input, topics.snapshots), topics.snapshots);
    const producer = (topic: TopicRole): Promise<RecordProducer> =>
      connectProducer(connection, { topic, compression: 'none', logger });
    const producers = {
      snapshots: await producer(snapshots),
      changes: changes && (await producer(changes.topic)),
    };
    return new SnapshotConsumer(options, topics, handle, producers);
  }

  async start(): Promise<void> {
    await this.#follower.start();
    await this.#follower.caughtUp();
    if (this.#closing) return;
    await this.#consumer.start();
    this.#timer = setInterval(() => void this.#save(), this.#options.snapshotIntervalMs);
  }

  /** Keeps the last state of every partition before the group gives them to others. */
  async stop(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#timer);
    await this.#save();
    // The follower first: a batch may wait for a restore, and that for the follower.
    await this.#follower.stop();
    await this.#consumer.stop();
    await this.#writer.close();
  }

  notReady(): string | undefined {
    const restoring = [...this.#owned]
      .filter(([, { nextOffset }]) => nextOffset === undefined)
      .map(([partition]) => partition);
    return (
      this.#consumer.notReady() ??
      (restoring.length > 0 ? `restoring partitions ${restoring.join(', ')}` : undefined)
    );
  }

  notLive(): string | undefined {
    return this.#consumer.notLive() ?? this.#follower.notLive();
  }

  async #onBatch(batch: OwnedBatch): Promise<void> {
    const { topic, partition, records, nextOffset, fetchedOffset } = batch;
    await this.#restored;
    const owned = this.#owned.get(partition);
    if (owned?.nextOffset === undefined || this.#closing) return;
    if (fetchedOffset !== owned.nextOffset) {
      await this.#realign(partition, owned, fetchedOffset);
      return;
    }
    const folded: ConsumedBatch = { topic, partition, records, nextOffset };
    await this.#fold(folded);
    owned.nextOffset = nextOffset;
    batch.resolve();
    this.#options.metrics.observe('batch_records', {}, records.length);
    this.#latency.observe(records);
    // Batches of other partitions wait in this turn of the event loop; requests go between them.
    await nextTurn();
  }

  #fold(batch: ConsumedBatch): Promise<void> {
    const { tracing, groupId } = this.#options;
    const fold = (): Promise<void> => this.#handle(batch);
    return tracing === undefined ? fold() : tracing.process({ ...batch, groupId }, fold);
  }

  /**
   * Goes back to where the state stands. A batch that was fetched before the restore, or twice, begins elsewhere:
   * before it, or behind a gap. Only retention can make a gap that has to be taken.
   */
  async #realign(partition: number, owned: Ownership, fetchedOffset: bigint): Promise<void> {
    if (owned.nextOffset === undefined) return;
    if (fetchedOffset > owned.nextOffset) {
      const bounds = await retryRead(() => this.#consumer.bounds());
      const { earliest } = bounds.get(partition) ?? { earliest: 0n };
      if (this.#owned.get(partition) !== owned) return;
      if (earliest > owned.nextOffset) {
        reportGap({ partition, next: owned.nextOffset, earliest }, this.#options);
        owned.nextOffset = earliest;
        this.#options.states.advance(partition, earliest);
      }
    }
    this.#consumer.seek(partition, owned.nextOffset);
  }

  /** Control records, which kafkajs passes by itself, whether or not the state stands before them. */
  #skipTo(partition: number, position: bigint, from: bigint): void {
    const owned = this.#owned.get(partition);
    if (owned?.nextOffset === undefined || position <= owned.nextOffset) return;
    if (from > owned.nextOffset) {
      this.#consumer.seek(partition, owned.nextOffset);
      return;
    }
    owned.nextOffset = position;
    this.#options.states.advance(partition, position);
  }

  /** A new assignment: every partition is restored anew, because others may have moved it in between. */
  #takeOver(partitions: readonly number[]): void {
    for (const partition of this.#owned.keys()) {
      if (!partitions.includes(partition)) this.#options.states.release(partition);
    }
    const owned = new Map<number, Ownership>();
    for (const partition of partitions) {
      owned.set(partition, { nextOffset: undefined, savedOffset: undefined });
    }
    this.#owned = owned;
    this.#restored = this.#restore(owned).catch((error: unknown) => {
      if (!this.#closing) this.#options.onFatal(error);
    });
  }

  async #restore(assignment: ReadonlyMap<number, Ownership>): Promise<void> {
    const started = performance.now();
    await this.#follower.caughtUp();
    const bounds = await retryRead(() => this.#consumer.bounds());
    const committed = await retryRead(() => this.#consumer.allCommitted([...assignment.keys()]));
    if (this.#owned !== assignment || this.#closing) return;

    const { input, states, metrics, changes, logger } = this.#options;
    for (const [partition, owned] of assignment) {
      const snapshot = this.#follower.newest(partition);
      const start = obeyOperator(
        {
          topic: input.topic,
          partition,
          start: startOf({ partition, snapshot, bounds: bounds.get(partition) }, this.#options),
          end: bounds.get(partition)?.end ?? 0n,
          committed: committed.get(partition),
        },
        logger,
      );
      states.restore(partition, snapshot, start);
      owned.nextOffset = start;
      // With readers of changes the first snapshot is written in any case: they may have been told nothing yet.
      owned.savedOffset = changes === undefined ? snapshot?.nextOffset : undefined;
      this.#consumer.seek(partition, start);
    }
    metrics.observe('state_restore_duration_seconds', {}, (performance.now() - started) / 1_000);
  }

  /** Writes the states that moved, one after another with earlier calls. */
  #save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveChanged());
    return this.#saving;
  }

  async #saveChanged(): Promise<void> {
    const { states, snapshots: target } = this.#options;
    const changed = [...this.#owned].filter(
      ([, { nextOffset, savedOffset }]) => nextOffset !== undefined && nextOffset !== savedOffset,
    );
    if (changed.length === 0) return;
    const snapshots = new Map(
      changed.map(([partition]) => [partition, states.snapshot(partition)] as const),
    );
    if (!(await this.#writer.write(snapshots))) return;
    for (const [partition, owned] of changed) {
      owned.savedOffset = snapshots.get(partition)?.nextOffset;
    }
    const metadata = snapshotMark(target.topic);
    this.#consumer.commit(
      [...snapshots].map(([partition, { nextOffset }]) => ({ partition, nextOffset, metadata })),
    );
  }
}
