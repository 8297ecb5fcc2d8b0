import type {
  AbortedTransaction,
  Damage,
  FetchedBatch,
  FetchedBatches,
  Piece,
  Reading,
} from '@login-pipeline/streams';
import { committedBatches, UnreadableBatchError, piecesOf } from '@login-pipeline/streams';

/** A partition's part of a fetch response, as kafkajs decodes it. */
export interface FetchedPartition {
  readonly partition: number;
  /** A decimal int64. */
  readonly highWatermark: string;
  /** Null or empty when uncommitted records are read too. */
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
  readonly messages: FetchedBatches;
}

/**
 * What one fetch brought for one partition: the interface of kafkajs' own class, whose fetcher and runner use it. Records
 * are decompressed when the partition's turn has come: see {@link pieces}.
 *
 * The position goes by the batches' offsets, not by their records', which compaction removes: past a batch
 * without records kafkajs' class goes one offset at a time, or not at all.
 */
export class PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: string;
  /** The offset that was asked for, decimal. */
  readonly fetchedOffset: string;
  /** What kafkajs wants to know of the records: whether there are any, as far as headers tell. */
  readonly messages: { readonly length: number };
  readonly #from: number;
  readonly #batches: readonly FetchedBatch[];
  /** Why there is nothing: what is before a damaged batch can be had, and is had first. */
  readonly #damage: Damage | undefined;
  /** The offsets that the fetch covers, from the fetched one on; undefined when it brought nothing new. */
  readonly #covered: { readonly first: number; readonly last: number } | undefined;

  constructor(topic: string, fetchedOffset: string, fetched: FetchedPartition) {
    const { partition, highWatermark, abortedTransactions, messages } = fetched;
    const from = Number(fetchedOffset);
    this.topic = topic;
    this.partition = partition;
    this.highWatermark = highWatermark;
    this.fetchedOffset = fetchedOffset;
    const { batches, damage } = messages;
    const first = Math.max(batches[0]?.baseOffset ?? from, from);
    const last = batches.at(-1)?.lastOffset ?? -1;
    this.#from = from;
    this.#covered = last < from ? undefined : { first, last };
    this.#damage = this.#covered === undefined ? damage : undefined;
    this.#batches = [...committedBatches(batches, abortedTransactions ?? [])].filter(
      ({ count, lastOffset }) => count > 0 && lastOffset >= from,
    );
    const length = this.#batches.reduce((sum, { count }) => sum + count, 0);
    this.messages = { length: this.#damage === undefined ? length : 1 };
  }

  /**
   * Reads the records that an application may see, as much at a time as the limits allow. A piece's memory is the
   * reader's until it asks for the next one.
   *
   * @throws UnreadableBatchError when the next batch is damaged: what is before has been given then
   */
  async *pieces(reading: Reading): AsyncGenerator<Piece> {
    const { topic, partition } = this;
    if (this.#damage !== undefined) {
      const { offset, lastOffset, reason } = this.#damage;
      throw new UnreadableBatchError({ topic, partition, offset, lastOffset }, reason);
    }
    if (this.#covered === undefined) return;
    const span = { from: this.#from, end: this.#covered.last + 1 };
    yield* piecesOf({ topic, partition, batches: this.#batches, ...span }, reading);
  }

  isEmpty(): boolean {
    return this.messages.length === 0;
  }

  isEmptyIncludingFiltered(): boolean {
    return this.#covered === undefined;
  }

  /** @returns whether the position has to move although there is nothing to process */
  isEmptyDueToFiltering(): boolean {
    return this.isEmpty() && this.#covered !== undefined;
  }

  firstOffset(): string | null {
    return this.#covered === undefined ? null : String(this.#covered.first);
  }

  /** @returns the last offset that is done with when the messages are */
  lastOffset(): string {
    return String(this.#covered?.last ?? Number(this.highWatermark) - 1);
  }

  /** @returns how many offsets of the partition follow the batch, decimal */
  offsetLag(): string {
    return String(Number(this.highWatermark) - 1 - Number(this.lastOffset()));
  }

  /** @returns how many offsets of the partition follow the batch's first one, decimal */
  offsetLagLow(): string {
    if (this.#covered === undefined) return '0';
    return String(Number(this.highWatermark) - 1 - this.#covered.first);
  }
}
