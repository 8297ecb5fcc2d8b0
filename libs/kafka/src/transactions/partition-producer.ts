import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingRecord } from '@login-pipeline/pipeline';
import type { Kafka, Producer, Transaction } from 'kafkajs';
import type { Compression } from '../client/compression.ts';
import { classify } from '../client/errors.ts';
import type { CommittedOffset } from '../group/partition-watch.ts';
import { keepPartition } from '../client/partitioner.ts';
import { sendsOf } from '../client/sends.ts';

/** The input partition that a producer works for. */
export interface SourcePartition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** How many partitions the topic has. */
  readonly partitions: number;
}

/** Records for one topic. */
export interface TopicRecords {
  readonly topic: string;
  /** The topic's `max.message.bytes`. */
  readonly maxMessageBytes: number;
  readonly records: readonly OutgoingRecord[];
}

export interface PartitionProducerOptions {
  readonly compression: Compression;
  /** The most records of one produce request. */
  readonly batchMaxRecords: number;
}

/** The broker aborts what a dead process left open after this long, if nobody took over before. */
const TRANSACTION_TIMEOUT_MS = 60_000;

/** Right after a commit the coordinator is busy for some milliseconds; the Java client waits 20 ms too. */
const BUSY_PAUSES_MS = [5, 10, 20, 20, 20, 50, 50, 100, 100, 200, 500, 1_000, 1_000];

/**
 * The transactional producer of one input partition, for one ownership of it.
 *
 * Its transactional id is made of the input partition, so the next owner's InitProducerId fences this
 * one (KIP-98). After any failure whose result is unknown it must be thrown away: kafkajs' own state is
 * lost by then, and only a new epoch settles what the broker has.
 */
export class PartitionProducer {
  readonly #source: SourcePartition;
  readonly #options: PartitionProducerOptions;
  readonly #producer: Producer;
  /** Begun ahead, because beginning the first one is what initialises the producer and fences. */
  #transaction: Transaction;

  private constructor(
    source: SourcePartition,
    options: PartitionProducerOptions,
    producer: Producer,
    transaction: Transaction,
  ) {
    this.#source = source;
    this.#options = options;
    this.#producer = producer;
    this.#transaction = transaction;
  }

  /** Takes the partition's transactional id over: fences its last holder and settles what that left open. */
  static async open(
    kafka: Kafka,
    source: SourcePartition,
    options: PartitionProducerOptions,
  ): Promise<PartitionProducer> {
    const producer = kafka.producer({
      transactionalId: transactionalId(source),
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      createPartitioner: keepPartition(source),
      maxInFlightRequests: 1,
      // A failed send is never repeated: its result is unknown, and after a change of leaders kafkajs'
      // own repetition takes the answer of a broker for that of another one's partitions.
      retry: { retries: 0 },
    });
    try {
      await producer.connect();
      return new PartitionProducer(source, options, producer, await producer.transaction());
    } catch (error) {
      await disconnectQuietly(producer);
      throw error;
    }
  }

  /**
   * Writes records and the next offset, with its metadata, in one transaction.
   *
   * The offset goes first: it is what the coordinator may refuse while it still finishes the last
   * transaction, and adding it again is harmless, where sending records again is not.
   *
   * @throws when anything failed; the producer must then be closed and not be used again
   */
  async commit(writes: readonly TopicRecords[], position: CommittedOffset): Promise<void> {
    const transaction = this.#transaction;
    await this.#sendOffset(transaction, position);
    const { compression, batchMaxRecords } = this.#options;
    for (const { records, ...topic } of writes) {
      const options = { compression, maxRecords: batchMaxRecords };
      for (const send of sendsOf(records, topic, options)) await transaction.send(send);
    }
    await transaction.commit();
    this.#transaction = await this.#producer.transaction();
  }

  /** Ends an open transaction, as far as the broker lets us, so that readers need not wait for its time-out. */
  async abort(): Promise<void> {
    if (!this.#transaction.isActive()) return;
    await this.#transaction.abort().catch(() => undefined);
  }

  async close(): Promise<void> {
    await disconnectQuietly(this.#producer);
  }

  async #sendOffset(
    transaction: Transaction,
    { nextOffset, metadata }: CommittedOffset,
  ): Promise<void> {
    const { groupId, topic, partition } = this.#source;
    const offsets = {
      consumerGroupId: groupId,
      topics: [{ topic, partitions: [{ partition, offset: nextOffset.toString(), metadata }] }],
    };
    for (const pause of BUSY_PAUSES_MS) {
      try {
        await transaction.sendOffsets(offsets);
        return;
      } catch (error) {
        if (classify(error) !== 'busy') throw error;
        await sleep(pause);
      }
    }
    await transaction.sendOffsets(offsets);
  }
}

/** @returns the transactional id of an input partition: stable, so that owners follow each other under it */
export function transactionalId({ groupId, topic, partition }: SourcePartition): string {
  return `${groupId}.${topic}.${partition}`;
}

async function disconnectQuietly(producer: Producer): Promise<void> {
  await producer.disconnect().catch(() => undefined);
}
