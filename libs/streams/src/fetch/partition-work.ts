import type { Cluster } from '../cluster/cluster.ts';
import { isRetriable } from '../cluster/protocol-error.ts';
import type { Clock } from '../ports.ts';
import type { PartitionProgress } from '../watch/progress.ts';
import { UnreadableBatchError } from './errors.ts';
import type { Fetcher, FetchPosition } from './fetcher.ts';
import { PartitionReader, PositionLostError, ReaderClosedError } from './partition-reader.ts';
import type { TurnToRead } from './partition-reader.ts';
import type { Piece, Reading } from './pieces.ts';

export interface PartitionWorkOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly topic: string;
  readonly partition: number;
  readonly fetcher: Fetcher;
  readonly reading: Reading;
  readonly progress: PartitionProgress;
  /** When few records are taken; by default as soon as there are any. */
  readonly turn?: TurnToRead;
  /** @returns where to read; undefined while that is not known */
  readonly position: () => Promise<FetchPosition | undefined>;
  /** @returns whether the next piece follows: else the position is asked for again */
  readonly process: (piece: Piece, position: FetchPosition) => Promise<boolean>;
  /** A batch cannot be read, now or again: what it throws ends the work, else it is read again after a pause. */
  readonly onUnreadable: (error: UnreadableBatchError) => void;
  /** Called when what the partition waits for changes; undefined: it waits no more. */
  readonly onWaiting: (reason: string | undefined) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Reads a partition for as long as it is wanted: finds where, and finds that again after whatever passes. */
export class PartitionWork {
  readonly #options: PartitionWorkOptions;
  readonly #reader: PartitionReader;
  readonly #closing = new AbortController();
  #waiting: string | undefined;

  constructor(options: PartitionWorkOptions) {
    this.#options = options;
    const { topic, partition, fetcher, reading, progress, clock, turn } = options;
    const onWaiting = (isWaiting: boolean): void => {
      progress.waiting(isWaiting, clock.now());
    };
    const watched = { ...reading, onWaiting };
    this.#reader = new PartitionReader(topic, partition, fetcher, watched, turn);
  }

  /** What the partition waits for; undefined: nothing keeps it from going on. */
  get waiting(): string | undefined {
    return this.#waiting;
  }

  /** Aborted when it is closed. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Works until it is closed. @throws what cannot be repeated away */
  async run(): Promise<void> {
    const { cluster, position: find } = this.#options;
    let pause = FIRST_PAUSE_MS;
    while (!this.#isOver()) {
      try {
        const position = await find();
        if (position !== undefined && !this.#isOver()) await this.#read(position);
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (error instanceof ReaderClosedError || this.#isOver()) return;
        if (error instanceof PositionLostError && error.failure === 'moved') continue;
        if (error instanceof UnreadableBatchError) this.#waitToRead(error);
        else if (!(error instanceof PositionLostError) && !isRetriable(error)) throw error;
        await cluster.refresh().catch(() => undefined);
      }
      await cluster.pause(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  close(): void {
    this.#closing.abort();
    this.#reader.close();
  }

  /** @param reason undefined: it waits no more */
  wait(reason: string | undefined): void {
    const { progress, clock, onWaiting } = this.#options;
    if (this.#waiting === reason) return;
    this.#waiting = reason;
    // A new process would wait for the same.
    progress.waiting(reason !== undefined, clock.now());
    onWaiting(reason);
  }

  /** Reads on until the partition goes on elsewhere. */
  async #read(position: FetchPosition): Promise<void> {
    for await (const piece of this.#reader.read(position)) {
      if (!(await this.#options.process(piece, position))) return;
    }
  }

  #waitToRead(error: UnreadableBatchError): void {
    this.#options.onUnreadable(error);
    this.wait(error.message);
  }

  /** Asked anew each time: it may end during any wait. */
  #isOver(): boolean {
    return this.#closing.signal.aborted;
  }
}
