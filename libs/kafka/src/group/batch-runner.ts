import type { EachBatchPayload } from 'kafkajs';
import type { Piece } from '@login-pipeline/streams';
import { UnreadableBatchError, readLimits } from '@login-pipeline/streams';
import type { InFlight } from './diagnosis.ts';
import { fetchedOffsetOf, fetchedPieces } from './fetched-pieces.ts';
import type { FetchedOptions } from './fetched-pieces.ts';
import type { GroupConsumerOptions } from './group-options.ts';
import { PartitionLanes } from './partition-lanes.ts';
import type { Skipped } from './skipped-offsets.ts';
import { SkippedOffsets } from './skipped-offsets.ts';

export interface BatchRunnerOptions extends Pick<
  GroupConsumerOptions,
  'isAwaited' | 'maxValueBytes' | 'onBatch'
> {
  /** Counts the assignments of this process. */
  readonly generation: () => number;
  readonly isStopping: () => boolean;
  /** A partition is done with up to a position, from an offset on; with the last record's time, epoch ms. */
  readonly onMoved: (
    partition: number,
    position: bigint,
    from: bigint,
    recordTime?: number,
  ) => void;
  /** A partition waits for its turn while others are read, or no longer does. */
  readonly onWaiting: (partition: number, isWaiting: boolean) => void;
  /** A partition cannot be read at a position. */
  readonly onUnreadable: (error: UnreadableBatchError, position: bigint) => void;
  readonly onFatal: (error: unknown) => void;
  /** Has a partition read again from an offset on. */
  readonly seek: (partition: number, offset: bigint) => void;
}

/** Well within a session: the group keeps its member while a batch takes long. */
const HEARTBEAT_MS = 2_000;

/**
 * Takes what kafkajs fetched through the handler: per partition one piece after another, partitions side by side. A piece
 * that is not resolved ends its batch: the handler has the partition go on elsewhere.
 */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  readonly #fetched: Omit<FetchedOptions, 'onWaiting'>;
  readonly #lanes = new PartitionLanes();
  readonly #inFlight = new Map<number, InFlight>();
  readonly #skipped = new SkippedOffsets();
  /** Errors of heartbeats: kafkajs has to see them, because they make it join again. */
  readonly #groupErrors = new WeakSet();

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
    const { isAwaited = false, maxValueBytes } = options;
    this.#fetched = { limits: readLimits(maxValueBytes), isAwaited };
  }

  /** By partition: the piece that is being processed. */
  get inFlight(): ReadonlyMap<number, InFlight> {
    return this.#inFlight;
  }

  /** Resolves when nothing is being processed. */
  allIdle(): Promise<void> {
    return this.#lanes.allIdle();
  }

  /** The partition goes on elsewhere. */
  forget(partition: number): void {
    this.#skipped.forget(partition);
  }

  /** Passes offsets that hold nothing for a reader, after what was fetched before them. */
  skip(partition: number, { from, to }: Skipped): void {
    const skipped = this.#skipped.add(partition, from, to);
    void this.#lanes.run(partition, () => {
      // Unless the batch before them failed.
      if (this.#skipped.has(partition, skipped)) this.#options.onMoved(partition, skipped.to, from);
    });
  }

  /** Processes what kafkajs fetched for a partition, one batch of it at a time. */
  async run(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { partition } = batch;
    if (this.#options.isStopping()) return this.#lanes.allIdle();
    const generation = this.#options.generation();
    await this.#lanes.idle(partition);
    // What was before may have failed, and the partition begin anew.
    if (!payload.isRunning() || payload.isStale() || !this.#isCurrent(generation)) return;
    return this.#lanes.run(partition, () => this.#process(payload, generation));
  }

  /** After a new assignment the partition may have another owner, and goes on from what the group has committed. */
  #isCurrent(generation: number): boolean {
    return this.#options.generation() === generation;
  }

  /** @param generation the assignment under which the batch came */
  async #process(payload: EachBatchPayload, generation: number): Promise<void> {
    const { batch } = payload;
    const { partition } = batch;
    let position = fetchedOffsetOf(batch);
    let follows = this.#skipped.take(partition, position);
    const member = new AbortController();
    const beat = setInterval(() => {
      payload.heartbeat().catch(() => {
        member.abort();
      });
    }, HEARTBEAT_MS);
    try {
      const onWaiting = (isWaiting: boolean): void => {
        this.#options.onWaiting(partition, isWaiting);
      };
      for await (const piece of fetchedPieces(batch, { ...this.#fetched, onWaiting })) {
        if (!this.#isCurrent(generation)) return;
        if (member.signal.aborted || this.#options.isStopping()) {
          this.#options.seek(partition, position);
          return;
        }
        const nextOffset = BigInt(piece.nextOffset);
        if (!(await this.#processPiece(payload, { generation, piece, follows }))) return;
        position = follows = nextOffset;
      }
    } catch (error) {
      if (error instanceof UnreadableBatchError) {
        if (this.#isCurrent(generation)) this.#options.onUnreadable(error, position);
        return;
      }
      if (!(error instanceof Error && this.#groupErrors.has(error))) this.#options.onFatal(error);
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  /** @returns whether it is done with: else the partition goes on elsewhere */
  async #processPiece(
    payload: EachBatchPayload,
    {
      piece,
      follows,
      generation,
    }: { readonly piece: Piece; readonly follows: bigint; readonly generation: number },
  ): Promise<boolean> {
    const { topic, partition } = payload.batch;
    const { records } = piece;
    const from = BigInt(piece.from);
    const nextOffset = BigInt(piece.nextOffset);
    let isResolved = false;
    const resolve = (): void => {
      isResolved = true;
      payload.resolveOffset(String(nextOffset - 1n));
    };
    if (records.length === 0) {
      this.#skipped.add(partition, follows, nextOffset);
      resolve();
      this.#options.onMoved(partition, nextOffset, from);
      return true;
    }
    const inFlight = { from, records: records.length, since: Date.now() };
    this.#inFlight.set(partition, inFlight);
    try {
      await this.#options.onBatch({
        topic,
        partition,
        records,
        nextOffset,
        fetchedOffset: from,
        follows,
        generation,
        resolve: () => {
          resolve();
          this.#options.onMoved(partition, nextOffset, from, Number(records.at(-1)?.timestamp));
        },
        heartbeat: () => this.#heartbeat(() => payload.heartbeat()),
      });
    } finally {
      if (this.#inFlight.get(partition) === inFlight) this.#inFlight.delete(partition);
    }
    return isResolved;
  }

  async #heartbeat(heartbeat: () => Promise<void>): Promise<void> {
    try {
      await heartbeat();
    } catch (error) {
      if (error instanceof Error) this.#groupErrors.add(error);
      throw error;
    }
  }
}
