import type { FlowCounts } from '@login-pipeline/streams';
import { NO_FLOW, decodeFlow } from '@login-pipeline/streams';
import type { Logger, Metrics } from '@login-pipeline/observability';
import type { Kafka } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import type { GroupConsumer } from '../group/group-consumer.ts';
import type { OwnedBatch } from '../group/group-options.ts';
import { LatestEnds } from './latest-ends.ts';
import { LatestPartition } from './latest-partition.ts';
import { LastTransaction } from './last-transaction.ts';
import {
  PartitionProducer,
  transactionalId,
  TRANSACTION_TIMEOUT_MS,
} from './partition-producer.ts';
import type { SourcePartition } from './partition-producer.ts';
import type { TopicRole, UsableTopic } from '../client/topics.ts';

export interface PartitionOwnersOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly input: UsableTopic;
  /** All that is written to. */
  readonly targets: readonly UsableTopic[];
  /** Keeps the latest record of each key; undefined: nothing does. */
  readonly latest: (UsableTopic & TopicRole) | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly group: Pick<GroupConsumer, 'committed' | 'bounds' | 'seek'>;
}

/** A partition of ours. */
export interface Ownership {
  readonly generation: number;
  readonly producer: PartitionProducer;
  /** What the group did with the partition's records so far, as committed. */
  flow: FlowCounts;
  /** What the partition of the latest records holds; undefined where there is no such topic. */
  readonly latest: LatestPartition | undefined;
  /** Where the next batch begins, unless something lies between that no reader gets. */
  nextOffset: bigint;
}

/**
 * Who may write for which partition. In each generation the first batch of a partition takes it over:
 * first the transactional id, which fences the last owner and settles its last transaction, and only
 * then the committed offset, which nobody but us can move any more. The batch counts only if it starts
 * there; the other order would read an offset that the last owner is about to move (KIP-447).
 */
export class PartitionOwners {
  readonly #options: PartitionOwnersOptions;
  readonly #kafka: Kafka;
  readonly #last: LastTransaction;
  readonly #latestEnds: LatestEnds | undefined;
  readonly #owned = new Map<number, Ownership>();

  constructor(options: PartitionOwnersOptions) {
    this.#options = options;
    this.#kafka = createClient(options.connection, options.logger, 'run');
    this.#last = new LastTransaction(this.#kafka, TRANSACTION_TIMEOUT_MS);
    this.#latestEnds = options.latest && new LatestEnds(this.#kafka.admin(), options.latest.topic);
  }

  /** @returns the ownership for a batch, or undefined when the batch is dropped and the partition read again */
  async own(batch: OwnedBatch): Promise<Ownership | undefined> {
    const { partition, generation, fetchedOffset, follows } = batch;
    const { group } = this.#options;
    const owned = this.#owned.get(partition);
    if (owned?.generation === generation) {
      if (follows === owned.nextOffset) return owned;
      // A batch before it failed, or retention was faster.
      const next = await this.#reportLoss(partition, owned.nextOffset);
      if (next === fetchedOffset) return owned;
      group.seek(partition, next);
      return undefined;
    }

    await this.disown(partition);
    const { groupId, input } = this.#options;
    const source = { groupId, topic: input.topic, partition, partitions: input.partitions };
    await this.#endLast(source);
    const producer = await PartitionProducer.open(this.#kafka, source);
    let latest: LatestPartition | undefined;
    try {
      latest = await this.#latest(batch);
    } catch (error) {
      await producer.close();
      throw error;
    }
    const ownership: Ownership = {
      generation,
      producer,
      flow: NO_FLOW,
      nextOffset: fetchedOffset,
      latest,
    };
    this.#owned.set(partition, ownership);

    const committed = await group.committed(partition);
    if (committed !== undefined) {
      ownership.flow = decodeFlow(committed.metadata, committed.nextOffset);
    }
    const start = await this.#start(partition, fetchedOffset, committed?.nextOffset);
    ownership.nextOffset = start;
    if (start === fetchedOffset) return ownership;
    group.seek(partition, start);
    return undefined;
  }

  /** Lets a partition go. Its open transaction, if any, is settled by the next owner. */
  async disown(partition: number): Promise<void> {
    const owned = this.#owned.get(partition);
    this.#owned.delete(partition);
    await owned?.producer.close();
  }

  /** Lets go of all partitions but these. */
  keepOnly(partitions: readonly number[]): void {
    for (const partition of this.#owned.keys()) {
      if (!partitions.includes(partition)) void this.disown(partition);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#owned.keys()].map((partition) => this.disown(partition)));
    await Promise.all([this.#last.close(), this.#latestEnds?.close()]);
  }

  /** A topic with as many partitions as the source gets records in the same one; else in any, by their keys. */
  async #endLast(source: SourcePartition): Promise<void> {
    const { groupId, partition } = source;
    const topics = this.#options.targets.map(({ topic, partitions }) => ({
      topic,
      partitions:
        partitions === source.partitions
          ? [{ partition }]
          : Array.from({ length: partitions }, (_, any) => ({ partition: any })),
    }));
    await this.#last.endAgain({ transactionalId: transactionalId(source), groupId, topics });
  }

  async #latest({ partition, heartbeat }: OwnedBatch): Promise<LatestPartition | undefined> {
    const { connection, groupId, logger, latest } = this.#options;
    const ends = this.#latestEnds;
    if (latest === undefined || ends === undefined) return undefined;
    const { topic, setting } = latest;
    const source = { connection, groupId, topic, setting, partition, ends, logger };
    return LatestPartition.restore(source, heartbeat);
  }

  /** @returns where to read: what the group committed, or what was fetched where that does not exist (any more) */
  async #start(
    partition: number,
    fetchedOffset: bigint,
    committed: bigint | undefined,
  ): Promise<bigint> {
    if (committed === undefined || committed === fetchedOffset) return fetchedOffset;
    return this.#reportLoss(partition, committed);
  }

  /** Tells, when retention has deleted records that were to be read, how many. @returns where there is something to read */
  async #reportLoss(partition: number, next: bigint): Promise<bigint> {
    const { group, input, logger, metrics } = this.#options;
    const earliest = (await group.bounds()).get(partition)?.earliest ?? 0n;
    if (next >= earliest) return next;
    metrics.increment('records_lost_total', {}, Number(earliest - next));
    logger.error(
      { topic: input.topic, partition, next: String(next), earliest: String(earliest) },
      'Retention deleted records before they were processed',
    );
    return earliest;
  }
}
