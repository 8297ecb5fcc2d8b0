import type { Kafka, Producer, Transaction } from 'kafkajs';
import type { OutgoingRecord } from '@login-pipeline/streams';
import { kafkajs } from '../client/kafkajs.ts';
import { sendsOf } from '../client/sends.ts';
import type { UsableTopic } from '../client/topics.ts';

/** A record for a partition of its choice; undefined: by its key. */
export type PlacedRecord = OutgoingRecord & { readonly partition: number | undefined };

/** The next offset of one group in the partition. */
export interface GroupPosition {
  readonly groupId: string;
  readonly nextOffset: bigint;
}

/** Produce requests of at most so many records. */
const MAX_RECORDS = 1_000;

/**
 * Writes what is redriven from one partition of the dead letters, and how far that is, in one transaction. A second
 * redrive of the partition fences the first one.
 */
export class RedriveProducer {
  readonly #producer: Producer;
  readonly #source: { readonly topic: string; readonly partition: number };
  #transaction: Transaction;

  private constructor(
    producer: Producer,
    source: { readonly topic: string; readonly partition: number },
    transaction: Transaction,
  ) {
    this.#producer = producer;
    this.#source = source;
    this.#transaction = transaction;
  }

  /** Takes the partition over: what another redrive has not committed by now, it cannot commit any more. */
  static async open(
    kafka: Kafka,
    group: string,
    source: { readonly topic: string; readonly partition: number },
  ): Promise<RedriveProducer> {
    const producer = kafka.producer({
      transactionalId: `${group}.${source.topic}.${source.partition}`,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs().Partitioners.DefaultPartitioner,
      maxInFlightRequests: 1,
      // A failed send is not repeated: its result is unknown, and the next run settles it.
      retry: { retries: 0 },
    });
    await producer.connect();
    return new RedriveProducer(producer, source, await producer.transaction());
  }

  /** @throws when anything failed: nothing is written then, or all of it, and another run finds out */
  async commit(
    writes: ReadonlyMap<UsableTopic, readonly PlacedRecord[]>,
    positions: readonly GroupPosition[],
  ): Promise<void> {
    const { topic, partition } = this.#source;
    for (const { groupId, nextOffset } of positions) {
      const partitions = [{ partition, offset: nextOffset.toString() }];
      await this.#transaction.sendOffsets({
        consumerGroupId: groupId,
        topics: [{ topic, partitions }],
      });
    }
    for (const [target, records] of writes) {
      const options = { compression: 'none', maxRecords: MAX_RECORDS } as const;
      for (const send of sendsOf(records, target, options)) await this.#transaction.send(send);
    }
    await this.#transaction.commit();
    this.#transaction = await this.#producer.transaction();
  }

  async close(): Promise<void> {
    if (this.#transaction.isActive()) await this.#transaction.abort().catch(() => undefined);
    await this.#producer.disconnect().catch(() => undefined);
  }
}
