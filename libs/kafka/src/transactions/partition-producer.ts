import type { Kafka, Producer, Transaction } from 'kafkajs';
import type { CommittedOffset } from '../group/partition-watch.ts';
import { keepPartition } from '../client/partitioner.ts';
import { isToBeCut, refusedRecords } from '../client/refused-records.ts';
import type { RefusedRecords } from '../client/refused-records.ts';
import type { Send } from '../client/sends.ts';
import type { Write } from './own-writes.ts';
import { RecordsRefusedError } from './refused-outputs.ts';

/** The input partition that a producer works for. */
export interface SourcePartition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** How many partitions the topic has. */
  readonly partitions: number;
}

/** What one send wrote to a topic: `base` is an offset of the partition where all of it went to one. */
export interface Written extends Write {
  readonly topic: string;
}

/** The broker aborts what a dead process left open after this long, if nobody took over before. */
export const TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * The transactional producer of one input partition, for one ownership of it.
 *
 * Its transactional id is made of the input partition, so the next owner's InitProducerId fences this
 * one (KIP-98). After any failure whose result is unknown it must be thrown away: kafkajs' own state is
 * lost by then, and only a new epoch settles what the broker has.
 */
export class PartitionProducer {
  readonly #source: SourcePartition;
  readonly #producer: Producer;
  /** Begun ahead, because beginning the first one is what initialises the producer and fences. */
  #transaction: Transaction;

  private constructor(source: SourcePartition, producer: Producer, transaction: Transaction) {
    this.#source = source;
    this.#producer = producer;
    this.#transaction = transaction;
  }

  /** Takes the partition's transactional id over: fences its last holder and settles what that left open. */
  static async open(kafka: Kafka, source: SourcePartition): Promise<PartitionProducer> {
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
      return new PartitionProducer(source, producer, await producer.transaction());
    } catch (error) {
      await disconnectQuietly(producer);
      throw error;
    }
  }

  /**
   * Writes records and the next offset, with its metadata, in one transaction. The offset goes first: what the coordinator
   * may refuse is then settled before anything is written.
   *
   * @param sends by topic
   * @returns where the brokers put the records, in the order they were sent
   * @throws when anything failed; the producer must then be closed and not be used again
   */
  async commit(
    sends: readonly (readonly Send[])[],
    position: CommittedOffset,
  ): Promise<readonly Written[]> {
    const transaction = this.#transaction;
    await this.#sendOffset(transaction, position);
    const written = await sendAll(transaction, sends);
    await transaction.commit();
    this.#transaction = await this.#producer.transaction();
    return written;
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
    // The client's type does not know the metadata; the client does.
    const offsets = [{ partition, offset: nextOffset.toString(), metadata }];
    await transaction.sendOffsets({
      consumerGroupId: groupId,
      topics: [{ topic, partitions: offsets }],
    });
  }
}

/** One attempt learns of no more refusals: of a topic that takes nothing there would be as many as records. */
const MOST_REFUSALS = 100;

/**
 * Sends on where the broker refuses records by name, to know many of them; the transaction is lost by then.
 *
 * @param sends by topic: the first ones go together, then the second ones, and so on
 * @returns what was written of each send
 * @throws RecordsRefusedError when records were refused, and nothing else went wrong before
 */
async function sendAll(
  transaction: Transaction,
  sends: readonly (readonly Send[])[],
): Promise<readonly Written[]> {
  const written: Written[] = [];
  const refused: RefusedRecords[] = [];
  let first: unknown;
  try {
    for (const { compression, topicMessages } of requestsOf(sends)) {
      try {
        const answers = await transaction.sendBatch({ compression, topicMessages });
        for (const { topic, messages } of topicMessages) {
          const first = answers.find(({ topicName }) => topicName === topic);
          const base = BigInt(first?.baseOffset ?? -1);
          written.push({ topic, base, offsets: BigInt(messages.length) });
        }
      } catch (error) {
        const these = refusedRecords(error);
        if (these.length === 0) throw error;
        refused.push(...these);
        first ??= error;
        if (refused.length >= MOST_REFUSALS || these.some(isToBeCut)) break;
      }
    }
  } catch (error) {
    // What the broker makes of a transaction after a refusal says nothing more.
    if (refused.length === 0) throw error;
  }
  if (refused.length > 0) throw new RecordsRefusedError(refused, { cause: first });
  return written;
}

function* requestsOf(sends: readonly (readonly Send[])[]): Generator<{
  readonly compression: Send['compression'];
  readonly topicMessages: Send[];
}> {
  const rounds = Math.max(...sends.map(({ length }) => length));
  for (let round = 0; round < rounds; round += 1) {
    const together = sends.flatMap((ofTopic) => ofTopic[round] ?? []);
    for (const compression of new Set(together.map((send) => send.compression))) {
      yield {
        compression,
        topicMessages: together.filter((send) => send.compression === compression),
      };
    }
  }
}

/** @returns the transactional id of an input partition: stable, so that owners follow each other under it */
export function transactionalId(source: SourcePartition): string {
  return transactionalIdPrefix(source) + String(source.partition);
}

/** @returns what the transactional ids of all partitions of a topic begin with: access may be granted by it */
export function transactionalIdPrefix({
  groupId,
  topic,
}: Pick<SourcePartition, 'groupId' | 'topic'>): string {
  return `${groupId}.${topic}.`;
}

async function disconnectQuietly(producer: Producer): Promise<void> {
  await producer.disconnect().catch(() => undefined);
}
