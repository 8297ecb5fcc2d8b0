import type { Logger } from '@login-pipeline/observability';
import type { FlowCounts } from '@login-pipeline/pipeline';
import { decodeFlow, NO_FLOW } from '@login-pipeline/pipeline';
import type { Kafka } from 'kafkajs';
import type { Compression } from '../client/compression.ts';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import type { GroupConsumer, OwnedBatch } from '../group/group-consumer.ts';
import { PartitionProducer } from './partition-producer.ts';
import type { UsableTopic } from '../client/topics.ts';

export interface PartitionOwnersOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly input: UsableTopic;
  readonly compression: Compression;
  readonly batchMaxRecords: number;
  readonly logger: Logger;
  readonly group: Pick<GroupConsumer, 'committed' | 'bounds' | 'seek'>;
}

/** A partition of ours. */
export interface Ownership {
  readonly generation: number;
  readonly producer: PartitionProducer;
  /** What the group did with the partition's records so far, as committed. */
  flow: FlowCounts;
}

/**
 * Who may write for which partition. In each generation the first batch of a partition takes it over:
 * first the transactional id, which fences the last owner and settles its open transaction, and only
 * then the committed offset, which nobody but us can move any more. The batch counts only if it starts
 * there; the other order would read an offset that the last owner is about to move (KIP-447).
 */
export class PartitionOwners {
  readonly #options: PartitionOwnersOptions;
  readonly #kafka: Kafka;
  readonly #owned = new Map<number, Ownership>();

  constructor(options: PartitionOwnersOptions) {
    this.#options = options;
    this.#kafka = createClient(options.connection, options.logger, 'run');
  }

  /** @returns the ownership for a batch, or undefined when the batch is dropped and the partition read again */
  async own(batch: OwnedBatch): Promise<Ownership | undefined> {
    const { partition, generation, fetchedOffset } = batch;
    const owned = this.#owned.get(partition);
    if (owned?.generation === generation) return owned;

    await this.disown(partition);
    const { groupId, input, compression, batchMaxRecords, group } = this.#options;
    const source = { groupId, topic: input.topic, partition, partitions: input.partitions };
    const producer = await PartitionProducer.open(this.#kafka, source, {
      compression,
      batchMaxRecords,
    });
    const ownership: Ownership = { generation, producer, flow: NO_FLOW };
    this.#owned.set(partition, ownership);

    const committed = await group.committed(partition);
    ownership.flow = decodeFlow(committed?.metadata ?? null);
    const start = await this.#start(partition, fetchedOffset, committed?.nextOffset);
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
  }

  /** @returns where to read: what the group committed, or what was fetched where that does not exist (any more) */
  async #start(
    partition: number,
    fetchedOffset: bigint,
    committed: bigint | undefined,
  ): Promise<bigint> {
    const { group, input, logger } = this.#options;
    if (committed === undefined || committed === fetchedOffset) return fetchedOffset;
    const earliest = (await group.bounds()).get(partition)?.earliest ?? 0n;
    if (committed >= earliest) return committed;
    logger.error(
      { topic: input.topic, partition, committed: String(committed), earliest: String(earliest) },
      'Retention deleted records before they were processed',
    );
    return earliest;
  }
}
