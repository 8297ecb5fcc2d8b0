import type { PartitionStates, Snapshot } from '@login-pipeline/kafka';
import type { ConsumedBatch, OutgoingRecord } from '@login-pipeline/pipeline';
import type { InsightsBoard, LedgerEntry, Limits } from './insights/index.ts';
import {
  ChangedCounts,
  decodeSnapshot,
  encodeSnapshot,
  foldBatch,
  PartitionState,
} from './insights/index.ts';

/** What became of the records of a batch. */
export type FoldedRecords = Pick<LedgerEntry, 'counted' | 'expired' | 'invalid' | 'future'>;

/** The states of the partitions this replica owns, and what the board shows of the others'. */
export class InsightStates implements PartitionStates {
  readonly #limits: Limits;
  readonly #board: InsightsBoard;
  readonly #owned = new Map<number, PartitionState>();
  readonly #changedCounts = new ChangedCounts();

  constructor(limits: Limits, board: InsightsBoard) {
    this.#limits = limits;
    this.#board = board;
  }

  expect(ends: ReadonlyMap<number, bigint>): void {
    this.#board.expect(ends);
  }

  /** @throws SnapshotError when the snapshot is of another format or damaged */
  restore(partition: number, snapshot: Snapshot | undefined, start: bigint): void {
    const state =
      snapshot === undefined
        ? new PartitionState(this.#limits)
        : decodeSnapshot(snapshot.value, this.#limits);
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
    foldBatch(state, batch);
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
    return { value: encodeSnapshot(state), nextOffset: state.nextOffset };
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

  follow(partition: number, { value }: Snapshot): void {
    this.#board.show(partition, decodeSnapshot(value, this.#limits));
  }

  #state(partition: number): PartitionState {
    const state = this.#owned.get(partition);
    if (state === undefined) throw new Error(`Partition ${partition} is not restored`);
    return state;
  }
}
