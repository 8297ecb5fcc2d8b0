import type { Cluster } from '../cluster/cluster.ts';
import { retryUntil } from '../cluster/retry-until.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { Ports } from '../ports.ts';
import { boundsOf, committedOffsets, UnstableOffsetError } from '../positions/positions.ts';
import type { Bounds } from '../positions/positions.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { isFenced } from '../transactions/errors.ts';
import type { Write } from '../transactions/produce.ts';
import { transactionalIdPrefix } from '../transactions/transactional-id.ts';
import { TransactionalProducer } from '../transactions/transactional-producer.ts';
import { keyPartition } from '../writing/key-partition.ts';
import { partitionedWrites } from '../writing/partitioned-writes.ts';

/** A record for a partition of its choice; undefined: by its key. */
export type PlacedRecord = OutgoingRecord & { readonly partition: number | undefined };

/** Where records are redriven to. */
export interface RedriveTarget {
  readonly topic: string;
  readonly partitions: number;
  /** Its `max.message.bytes`. */
  readonly maxMessageBytes: number;
}

export interface RedriveSourceOptions {
  readonly cluster: Cluster;
  readonly ports: Pick<Ports, 'clock' | 'encoder'>;
  /** Of the dead letters. */
  readonly topic: string;
  readonly partition: number;
  /** Each reason has a position of its own, in the consumer group `<group>.<reason>`. */
  readonly group: string;
  readonly reasons: readonly string[];
  /** Nothing is written, and no other redrive fenced. */
  readonly dryRun: boolean;
}

/** Brokers that start again are back by then, in milliseconds. */
const RETRY_FOR_MS = 15_000;
/** After so long the coordinator aborts a transaction of a redrive that died, in milliseconds. */
const TRANSACTION_TIMEOUT_MS = 60_000;
const MAX_RECORDS = 1_000;

/**
 * One partition of the dead letters. What is redriven from it, and how far that is, is in one
 * transaction; a second redrive of the partition fences the first one.
 */
export class RedriveSource {
  readonly partition: number;
  /** Where it ended when it was opened. */
  readonly end: bigint;
  readonly #options: RedriveSourceOptions;
  /** Next offsets by reason, as committed or since. */
  readonly #positions: Map<string, bigint>;
  readonly #producer: TransactionalProducer | undefined;
  #isOpen = false;

  private constructor(
    options: RedriveSourceOptions,
    end: bigint,
    positions: Map<string, bigint>,
    producer: TransactionalProducer | undefined,
  ) {
    this.partition = options.partition;
    this.end = end;
    this.#options = options;
    this.#positions = positions;
    this.#producer = producer;
  }

  /**
   * First takes the partition over: what another redrive has not committed by now, it cannot commit
   * any more. Then its positions stay as they are read.
   *
   * @returns undefined when there are no dead letters
   * @throws ProtocolError, UnansweredError, UnreachableError, StuckProducerError
   */
  static async open(options: RedriveSourceOptions): Promise<RedriveSource | undefined> {
    const { cluster, ports, topic, partition, group, reasons, dryRun } = options;
    const until = ports.clock.now() + RETRY_FOR_MS;
    const ask = <Answer>(question: () => Promise<Answer>): Promise<Answer> =>
      retryUntil(ports.clock, until, () =>
        question().catch((error: unknown) => lookAgain(cluster, error)),
      );
    const { earliest, end } = await ask(() => bounds(cluster, topic, partition));
    if (earliest === end) return undefined;
    const producer = dryRun ? undefined : producerOf(options);
    if (producer !== undefined) await ask(() => producer.takeOver());
    const positions = new Map<string, bigint>();
    for (const reason of reasons) {
      const groupId = `${group}.${reason}`;
      const committed = await ask(() => committedOffsets(cluster, groupId, topic, [partition]));
      const offset = committed.get(partition)?.offset;
      if (offset !== undefined) positions.set(reason, offset);
    }
    return new RedriveSource(options, end, positions, producer);
  }

  /** @returns whether a dead letter was dealt with before */
  isDone(reason: string, offset: bigint): boolean {
    return offset < (this.#positions.get(reason) ?? -1n);
  }

  /**
   * @param positions the next offsets by reason
   * @throws when anything failed: nothing is written then, or all of it, and another run finds out
   */
  async commit(
    writes: ReadonlyMap<RedriveTarget, readonly PlacedRecord[]>,
    positions: ReadonlyMap<string, bigint>,
  ): Promise<void> {
    if (this.#producer !== undefined) await this.#transact(this.#producer, writes, positions);
    for (const [reason, offset] of positions) this.#positions.set(reason, offset);
  }

  /** Aborts what a failure left open: readers would wait for its time-out. */
  async close(): Promise<void> {
    if (this.#isOpen) await this.#producer?.takeOver().catch(() => undefined);
  }

  async #transact(
    producer: TransactionalProducer,
    writes: ReadonlyMap<RedriveTarget, readonly PlacedRecord[]>,
    positions: ReadonlyMap<string, bigint>,
  ): Promise<void> {
    const { topic, partition, group } = this.#options;
    const encoded = await Promise.all(
      [...writes].map(([target, records]) => this.#encode(target, records)),
    );
    const groups = [...positions].map(([reason, offset]) => ({
      group: { groupId: `${group}.${reason}`, memberId: '', generation: -1 },
      offsets: [{ topic, partition, offset, leaderEpoch: -1, metadata: '' }],
    }));
    this.#isOpen = true;
    try {
      await producer.commit({ writes: encoded.flat(), groups });
      this.#isOpen = false;
    } catch (error) {
      // What another redrive has taken over is its own.
      if (isFenced(error)) this.#isOpen = false;
      throw error;
    }
  }

  #encode(
    { topic, partitions, maxMessageBytes }: RedriveTarget,
    records: readonly PlacedRecord[],
  ): Promise<readonly Write[]> {
    const partitionOf = ({ key, partition }: PlacedRecord): number =>
      partition ?? (key === null ? this.partition % partitions : keyPartition(key, partitions));
    const limits = { maxMessageBytes, maxRecords: MAX_RECORDS, codec: 'none' } as const;
    return partitionedWrites(topic, records, partitionOf, limits, this.#options.ports.encoder);
  }
}

function producerOf({
  cluster,
  topic,
  partition,
  group,
}: RedriveSourceOptions): TransactionalProducer {
  const transactionalId = `${transactionalIdPrefix({ groupId: group, topic })}${partition}`;
  return new TransactionalProducer({
    cluster,
    transactionalId,
    timeoutMs: TRANSACTION_TIMEOUT_MS,
  });
}

async function bounds(cluster: Cluster, topic: string, partition: number): Promise<Bounds> {
  if (cluster.topic(topic) === undefined) await cluster.refresh();
  const leader = cluster.leader(topic, partition);
  if (leader !== undefined) return boundsOf(cluster, topic, partition, leader);
  throw new ProtocolError('LEADER_NOT_AVAILABLE', `Partition ${partition} of topic "${topic}"`);
}

/** Leaders and coordinators may be others by now. */
async function lookAgain(cluster: Cluster, error: unknown): Promise<never> {
  await cluster.refresh().catch(() => undefined);
  if (!(error instanceof UnstableOffsetError)) throw error;
  throw new ProtocolError('UNSTABLE_OFFSET_COMMIT', 'OffsetFetch');
}
