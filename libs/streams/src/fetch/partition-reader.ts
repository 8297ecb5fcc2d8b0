import type { FetchedPartitionData } from '../protocol/log-apis.ts';
import type { Fetcher, FetchFailure, FetchPosition, FetchReader } from './fetcher.ts';
import { piecesOf } from './pieces.ts';
import type { Piece, Reading } from './pieces.ts';
import { readableOf } from './readable-batches.ts';

/** The position has to be looked at again before the partition can be read on. */
export class PositionLostError extends Error {
  override readonly name = 'PositionLostError';
  readonly failure: FetchFailure;

  constructor(failure: FetchFailure) {
    super(`The partition cannot be read on: ${failure}`);
    this.failure = failure;
  }
}

/** The reader was closed while it waited. */
export class ReaderClosedError extends Error {
  override readonly name = 'ReaderClosedError';
}

/** What was fetched, with where it was asked for. */
interface Fetched {
  readonly from: bigint;
  readonly data: FetchedPartitionData;
}

/** Reads a partition piece by piece, and has the next records fetched while a piece is worked on. */
export class PartitionReader implements FetchReader {
  readonly partition: number;
  readonly #topic: string;
  readonly #fetcher: Fetcher;
  readonly #reading: Reading;
  readonly #unregister: () => void;
  /** Where the next fetch begins. */
  #position: FetchPosition | undefined;
  #fetched: Fetched | undefined;
  #failure: FetchFailure | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(topic: string, partition: number, fetcher: Fetcher, reading: Reading) {
    this.#topic = topic;
    this.partition = partition;
    this.#fetcher = fetcher;
    this.#reading = reading;
    this.#unregister = fetcher.register(this);
  }

  /**
   * Gives the records from a position on, for as long as nothing is wrong. A piece's memory is the reader's until the next
   * one is asked for.
   *
   * @throws PositionLostError, ReaderClosedError
   * @throws UnreadableBatchError when a batch is damaged: what is before it has been given
   */
  async *read(position: FetchPosition): AsyncGenerator<Piece, never> {
    this.#fetched = this.#failure = undefined;
    this.#want(position);
    for (;;) {
      const { from, data } = await this.#next();
      const place = { topic: this.#topic, partition: this.partition, from: Number(from) };
      const readable = readableOf(place, data);
      this.#want({ ...position, offset: readable === undefined ? from : BigInt(readable.end) });
      if (readable !== undefined) yield* piecesOf(readable, this.#reading);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#unregister();
    this.#wake?.();
  }

  onFetched(data: FetchedPartitionData): void {
    this.#fetched = { from: this.#position?.offset ?? 0n, data };
    this.#wake?.();
  }

  onFailed(failure: FetchFailure): void {
    this.#failure = failure;
    this.#wake?.();
  }

  #want(position: FetchPosition): void {
    this.#position = position;
    if (!this.#isClosed) this.#fetcher.want(this, position);
  }

  async #next(): Promise<Fetched> {
    for (;;) {
      if (this.#isClosed) throw new ReaderClosedError('The reader is closed');
      const fetched = this.#fetched;
      this.#fetched = undefined;
      if (fetched !== undefined) return fetched;
      if (this.#failure !== undefined) throw new PositionLostError(this.#failure);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
