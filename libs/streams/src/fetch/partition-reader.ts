import type { FetchedPartitionData } from '../protocol/log-apis.ts';
import type { Fetcher, FetchFailure, FetchPosition, FetchReader } from './fetcher.ts';
import { piecesOf } from './pieces.ts';
import type { Piece, ReadableBatches, Reading } from './pieces.ts';
import { readableOf } from './readable-batches.ts';

/** The position has to be looked at again before the partition can be read on. */
export class PositionLostError extends Error {
  override readonly name = 'PositionLostError';
  readonly code = 'POSITION_LOST';
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

/** @returns what resolves when records may be taken; undefined: now */
export type TurnToRead = () => Promise<void> | undefined;

/**
 * So many records, or bytes, are worth working on at once: they are taken out of turn, and no more
 * are fetched before.
 */
const MANY_RECORDS = 256;
const MANY_BYTES = 128 * 1024;

/**
 * Reads a partition piece by piece, and has the next records fetched while a piece is worked on.
 * Few records wait for their turn, and what is fetched meanwhile joins them.
 */
export class PartitionReader implements FetchReader {
  readonly partition: number;
  readonly #topic: string;
  readonly #fetcher: Fetcher;
  readonly #reading: Reading;
  readonly #turn: TurnToRead;
  readonly #unregister: () => void;
  /** Where the next fetch begins. */
  #position: FetchPosition | undefined;
  #isWanted = false;
  /** What was fetched and not taken. */
  #fetched: ReadableBatches | undefined;
  /** What comes behind it. */
  #failure: Error | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(
    topic: string,
    partition: number,
    fetcher: Fetcher,
    reading: Reading,
    turn: TurnToRead = () => undefined,
  ) {
    this.#topic = topic;
    this.partition = partition;
    this.#fetcher = fetcher;
    this.#reading = reading;
    this.#turn = turn;
    this.#unregister = fetcher.register(this);
  }

  /**
   * Gives the records from a position on, for as long as nothing is wrong. A piece's memory is the
   * reader's until the next one is asked for.
   *
   * @throws PositionLostError, ReaderClosedError
   * @throws UnreadableBatchError when a batch is damaged: what is before it has been given
   */
  async *read(position: FetchPosition): AsyncGenerator<Piece, never> {
    this.#fetched = this.#failure = undefined;
    this.#want(position);
    for (;;) yield* piecesOf(await this.#take(), this.#reading);
  }

  close(): void {
    this.#isClosed = true;
    this.#unregister();
    this.#wake?.();
  }

  onFetched(data: FetchedPartitionData): void {
    const position = this.#position;
    if (position === undefined) return;
    this.#isWanted = false;
    const { partition } = this;
    try {
      const place = { topic: this.#topic, partition, from: Number(position.offset) };
      const readable = readableOf(place, data);
      if (readable !== undefined) this.#add(readable);
      const offset = readable === undefined ? position.offset : BigInt(readable.end);
      this.#position = { ...position, offset };
      if (!this.#hasMany()) this.#want(this.#position);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
    this.#wake?.();
  }

  onFailed(failure: FetchFailure): void {
    this.#isWanted = false;
    this.#failure = new PositionLostError(failure);
    this.#wake?.();
  }

  #add(readable: ReadableBatches): void {
    const before = this.#fetched;
    this.#fetched =
      before === undefined
        ? readable
        : { ...readable, from: before.from, batches: [...before.batches, ...readable.batches] };
  }

  #hasMany(): boolean {
    let records = 0;
    let bytes = 0;
    for (const batch of this.#fetched?.batches ?? []) {
      records += batch.count;
      bytes += batch.bytes;
    }
    return records >= MANY_RECORDS || bytes >= MANY_BYTES;
  }

  #want(position: FetchPosition): void {
    this.#position = position;
    if (this.#isClosed) return;
    this.#isWanted = true;
    this.#fetcher.want(this, position);
  }

  async #take(): Promise<ReadableBatches> {
    for (;;) {
      if (this.#isClosed) throw new ReaderClosedError('The reader is closed');
      const fetched = this.#fetched;
      if (fetched === undefined && this.#failure !== undefined) throw this.#failure;
      const turn = fetched === undefined || this.#hasMany() ? undefined : this.#turn();
      if (fetched !== undefined && turn === undefined) {
        this.#fetched = undefined;
        this.#goOn();
        return fetched;
      }
      await this.#change(turn);
    }
  }

  /** Has more fetched, unless that is under way, or something is in its way. */
  #goOn(): void {
    if (this.#isWanted || this.#failure !== undefined || this.#position === undefined) return;
    this.#want(this.#position);
  }

  /** Resolves when something has come, or with the turn. */
  async #change(turn: Promise<void> | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      void turn?.then(resolve);
    });
    this.#wake = undefined;
  }
}
