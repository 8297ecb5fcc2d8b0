import type { PartitionStates, UsableTopic } from '@login-pipeline/kafka';
import type { Logger } from '@login-pipeline/observability';
import type {
  ConsumedBatch,
  FoundSnapshot,
  OutgoingRecord,
  Snapshot,
} from '@login-pipeline/streams';
import { FUTURE_TOLERANCE_MS, WHOLE } from '@login-pipeline/streams';
import type { InsightsBoard, LedgerEntry, Limits } from './insights/index.ts';
import {
  ChangedCounts,
  decodeSnapshot,
  encodeSnapshot,
  foldBatch,
  forgetFuture,
  leastSnapshotBytes,
  PartitionState,
  sureNames,
} from './insights/index.ts';

/** What became of the records of a batch. */
export type FoldedRecords = Pick<LedgerEntry, 'counted' | 'expired' | 'invalid' | 'future'>;

/** Snapshots of what the settings ask for may not fit into their topic: EX_UNAVAILABLE, the message names both. */
export class SnapshotLimitError extends Error {
  override readonly name = 'SnapshotLimitError';
  readonly exitCode = 69;
}

export interface InsightStatesOptions {
  readonly limits: Limits;
  /** Where states are shown, own and followed ones. */
  readonly board: InsightsBoard;
  /** The topic whose partitions they are of. */
  readonly inputTopic: string;
  readonly logger: Logger;
  /** Our own clock, epoch ms. */
  readonly now?: () => number;
}

/** The name of the one section of a snapshot. */
const STATE = 'state';

/** The states of the partitions this replica owns, and what the board shows of the others'. */
export class InsightStates implements PartitionStates {
  #limits: Limits;
  readonly #board: InsightsBoard;
  readonly #inputTopic: string;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #owned = new Map<number, PartitionState>();
  readonly #changedCounts = new ChangedCounts();
  /** Partitions with snapshots of which something was not believed: warned of once. */
  readonly #mended = new Set<number>();

  constructor({ limits, board, inputTopic, logger, now = Date.now }: InsightStatesOptions) {
    this.#limits = limits;
    this.#board = board;
    this.#inputTopic = inputTopic;
    this.#logger = logger;
    this.#now = now;
  }

  /** @throws SnapshotLimitError when minutes and hours of the retention may be more than the topic takes */
  fit(maxSnapshotBytes: number, { topic, maxMessageBytes }: UsableTopic): void {
    const { trafficRetentionMinutes, maxDistinctValues } = this.#limits;
    const takes = `a record of "${topic}" (SNAPSHOT_TOPIC) takes max.message.bytes=${maxMessageBytes}`;
    const least = leastSnapshotBytes(this.#limits);
    if (maxSnapshotBytes < least) {
      throw new SnapshotLimitError(
        `TRAFFIC_RETENTION_MINUTES=${trafficRetentionMinutes} may need snapshots of ${least} bytes, but ${takes}: ` +
          `raise that to ${least + maxMessageBytes - maxSnapshotBytes} or more, or shorten the retention.`,
      );
    }
    this.#limits = { ...this.#limits, maxSnapshotBytes };
    const sure = sureNames(this.#limits);
    if (sure < maxDistinctValues) {
      this.#logger.warn(
        { topic, maxMessageBytes, maxDistinctValues, sure },
        `MAX_DISTINCT_VALUES=${maxDistinctValues} may be more than a snapshot holds: ${takes}, enough for ${sure} values ` +
          'of each kind, whatever their length, and for more short ones. What does not fit is counted as "other"; ' +
          'raise max.message.bytes of the topic for more.',
      );
    }
  }

  expect(ends: ReadonlyMap<number, bigint>): void {
    this.#board.expect(ends);
  }

  /** @throws SnapshotError when the snapshot is of another format or damaged */
  restore(partition: number, snapshot: FoundSnapshot | undefined, start: bigint): void {
    const state =
      snapshot === undefined ? new PartitionState(this.#limits) : this.#decode(partition, snapshot);
    state.nextOffset = start;
    this.#owned.set(partition, state);
    this.forgetChanges(partition);
    this.#board.show(partition, state);
  }

  /**
   * Folds a batch into its partition's state.
   *
   * @returns what became of its records
   */
  fold(batch: ConsumedBatch): FoldedRecords {
    const state = this.#state(batch.partition);
    const before = state.ledger();
    foldBatch(state, batch, this.#now());
    this.#board.show(batch.partition, state);
    const after = state.ledger();
    return {
      counted: after.counted - before.counted,
      expired: after.expired - before.expired,
      invalid: after.invalid - before.invalid,
      future: after.future - before.future,
    };
  }

  advance(partition: number, nextOffset: bigint): void {
    const state = this.#state(partition);
    state.nextOffset = nextOffset;
    this.#board.show(partition, state);
  }

  snapshot(partition: number): Snapshot {
    const state = this.#state(partition);
    const { nextOffset } = state;
    const encode = (): Buffer => encodeSnapshot(state);
    return { nextOffset, sections: [{ name: STATE, revision: Number(nextOffset), encode }] };
  }

  /** @returns a record for each count of the partition that moved since the last call, its key the name of the count */
  changes(partition: number): readonly OutgoingRecord[] {
    const timestamp = String(Date.now());
    return [...this.#changedCounts.since(partition, this.#state(partition))].map(([key, row]) => ({
      key: Buffer.from(key),
      value: Buffer.from(JSON.stringify(row)),
      timestamp,
    }));
  }

  forgetChanges(partition: number): void {
    this.#changedCounts.forget(partition);
  }

  release(partition: number): void {
    this.#owned.delete(partition);
    this.forgetChanges(partition);
  }

  follow(partition: number, snapshot: FoundSnapshot): void {
    this.#board.show(partition, this.#decode(partition, snapshot));
  }

  /** Every replica mends a snapshot alike: what could not be when it was written, by the later clock, is forgotten. */
  #decode(partition: number, { sections, writtenMs }: FoundSnapshot): PartitionState {
    const value = sections.get(STATE) ?? sections.get(WHOLE);
    const state =
      value === undefined ? new PartitionState(this.#limits) : decodeSnapshot(value, this.#limits);
    const forgotten = forgetFuture(state, Math.max(writtenMs, this.#now()) + FUTURE_TOLERANCE_MS);
    if (forgotten.length > 0 && !this.#mended.has(partition)) {
      this.#mended.add(partition);
      this.#logger.warn(
        { topic: this.#inputTopic, partition, forgotten },
        'A snapshot held times that cannot have been: they are forgotten, and the logins to come count again. No total changes',
      );
    }
    return state;
  }

  #state(partition: number): PartitionState {
    const state = this.#owned.get(partition);
    if (state === undefined) throw new Error(`Partition ${partition} is not restored`);
    return state;
  }
}
