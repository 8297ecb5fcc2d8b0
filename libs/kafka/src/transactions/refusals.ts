import type { ConsumedBatch, Refusal } from '@login-pipeline/streams';
import { BATCH_OVERHEAD, recordBytes } from '@login-pipeline/streams';
import { isToBeCut, isTooLarge } from '../client/refused-records.ts';
import type { RefusedRecords } from '../client/refused-records.ts';
import type { PlannedBatch } from './batch-planner.ts';
import { MOST_OMISSIONS } from './fit-dead-letter.ts';

/** What planning a batch needs to know of earlier attempts. Nothing is looked up per record where there are none. */
export interface KnownRefusals {
  /** By offset of the record, why its output was refused: it becomes a dead letter. */
  readonly outputs?: ReadonlyMap<string, Refusal> | undefined;
  /** By offset of the record, how often its dead letter was too large: each time it leaves out more. */
  readonly deadLetters?: ReadonlyMap<string, number> | undefined;
  /** By topic, the most bytes of several records in one batch, where that is less than its `max.message.bytes` was. */
  readonly batchBytes: ReadonlyMap<string, number>;
}

/**
 * Keeps what brokers refuse until it is written in another way: a batch in halves, an output as a dead letter, a dead
 * letter with less in it. Each of these comes to an end, so that no batch is planned for ever.
 */
export class Refusals {
  readonly #deadLetterTopic: string;
  readonly #outputs = new Map<number, Map<string, Refusal>>();
  readonly #deadLetters = new Map<number, Map<string, number>>();
  /** What a topic takes is kept, so that the next batches need not find it out again. */
  readonly #batchBytes = new Map<string, number>();

  constructor(deadLetterTopic: string) {
    this.#deadLetterTopic = deadLetterTopic;
  }

  of(partition: number): KnownRefusals {
    return {
      outputs: this.#outputs.get(partition),
      deadLetters: this.#deadLetters.get(partition),
      batchBytes: this.#batchBytes,
    };
  }

  /**
   * @param planned what was sent for the batch
   * @returns whether the batch will be planned in another way; false where one of its records has none left, whatever else
   *   is refused: while records come in, there is always one more that is refused for the first time
   */
  note(
    refused: readonly RefusedRecords[],
    planned: PlannedBatch,
    { partition, records }: Pick<ConsumedBatch, 'partition' | 'records'>,
  ): boolean {
    let isWritable = true;
    for (const each of refused) {
      if (isToBeCut(each)) {
        this.#cut(each);
        continue;
      }
      for (const index of each.indexes) {
        const source = sourceOf(planned, each.messages, index);
        const offset = source === undefined ? undefined : records.at(source)?.offset;
        if (offset === undefined || !this.#noteOne(each, partition, offset)) isWritable = false;
      }
    }
    return isWritable;
  }

  /** Forgets the refusals of a partition, whose batch is committed. */
  forget(partition: number): void {
    this.#outputs.delete(partition);
    this.#deadLetters.delete(partition);
  }

  /** Forgets the refusals of all partitions: they may go on elsewhere. */
  forgetAll(): void {
    this.#outputs.clear();
    this.#deadLetters.clear();
  }

  /** By half: a codec adds less than that to a batch, and a limit that was lowered is found soon. */
  #cut({ topic, messages }: RefusedRecords): void {
    const half = Math.floor(bytesOf(messages) / 2);
    this.#batchBytes.set(topic, Math.min(half, this.#batchBytes.get(topic) ?? half));
  }

  /** @returns whether that makes a difference */
  #noteOne(refused: RefusedRecords, partition: number, offset: string): boolean {
    if (refused.topic !== this.#deadLetterTopic) {
      const outputs = ofPartition(this.#outputs, partition);
      const isNew = !outputs.has(offset);
      outputs.set(offset, refusalOf(refused));
      return isNew;
    }
    const deadLetters = ofPartition(this.#deadLetters, partition);
    const times = deadLetters.get(offset) ?? 0;
    // Nothing makes a dead letter acceptable that is refused by another rule.
    if (!isTooLarge(refused) || times >= MOST_OMISSIONS) return false;
    deadLetters.set(offset, times + 1);
    return true;
  }
}

function refusalOf(refused: RefusedRecords): Refusal {
  if (isTooLarge(refused)) return 'size';
  return refused.error === 'INVALID_TIMESTAMP' ? 'timestamp' : 'record';
}

function ofPartition<T>(all: Map<number, Map<string, T>>, partition: number): Map<string, T> {
  const known = all.get(partition) ?? new Map<string, T>();
  all.set(partition, known);
  return known;
}

/** @returns what the records take at most in one batch that is not compressed */
function bytesOf(messages: RefusedRecords['messages']): number {
  if ('uncompressedBytes' in messages) return messages.uncompressedBytes;
  return messages.reduce((sum, record) => sum + recordBytes(record), BATCH_OVERHEAD);
}

/** @returns the index in the batch of what the record at `index` of these messages was made of */
function sourceOf(
  { sends, sources }: PlannedBatch,
  messages: RefusedRecords['messages'],
  index: number,
): number | undefined {
  const record = Array.isArray(messages) ? (messages as readonly unknown[])[index] : undefined;
  for (const [topic, ofTopic] of sends.entries()) {
    let start = 0;
    for (const send of ofTopic) {
      // What has no partition yet is sent as records, which kafkajs puts under their partitions.
      const sent: unknown = send.messages;
      const position = sent === messages ? index : Array.isArray(sent) ? sent.indexOf(record) : -1;
      if (position >= 0) return sources[topic]?.[start + position];
      start += send.messages.length;
    }
  }
  return undefined;
}
