import type { Changes, PartitionStates, UsableTopic } from '@login-pipeline/nest-streams';
import type { Logger } from '@login-pipeline/observability';
import type {
  ConsumedBatch,
  FoundSnapshot,
  OutgoingRecord,
  Snapshot,
} from '@login-pipeline/streams';
import { FUTURE_TOLERANCE_MS, WHOLE } from '@login-pipeline/streams';
import type { InsightsBoard } from './board/insights-board.ts';
import { SnapshotError, SnapshotLimitError } from './errors.ts';
import { leastSectionBytes, sureNames } from './state/bounds.ts';
import type { Limits } from './state/bounds.ts';
import { ChangedCounts } from './state/count-rows.ts';
import { UnreadableError } from './state/envelope.ts';
import { foldBatch } from './state/fold-batch.ts';
import { readFormat1 } from './state/format-1.ts';
import type { LedgerEntry } from './state/ledger.ts';
import { PartitionState } from './state/partition-state.ts';
import { readSections, sectionsOf } from './state/sections.ts';

/** What became of the records of a batch. */
export type FoldedRecords = Pick<LedgerEntry, 'counted' | 'expired' | 'invalid' | 'future'>;

export interface InsightStatesOptions {
  readonly limits: Limits;
  /** Where states are shown, own and followed ones. */
  readonly board: InsightsBoard;
  /** The topic whose partitions they are of. */
  readonly inputTopic: string;
  readonly logger: Logger;
  /** The clock of this replica, epoch ms. */
  readonly now?: () => number;
}

/** The state of a partition of another replica, and the sections that it was read from. */
interface Followed {
  readonly state: PartitionState;
  readonly sections: FoundSnapshot['sections'];
}

/** The states of the partitions this replica owns, and what the board shows of the others'. */
export class InsightStates implements PartitionStates {
  #limits: Limits;
  readonly #board: InsightsBoard;
  readonly #inputTopic: string;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #owned = new Map<number, PartitionState>();
  readonly #followed = new Map<number, Followed>();
  readonly #changedCounts = new ChangedCounts();
  /** Owned partitions of whose snapshots not all could be read. */
  readonly #begunAnew = new Set<number>();
  /** Partitions with snapshots of which something was not believed, or not read: warned of once. */
  readonly #warned = new Set<number>();

  constructor({ limits, board, inputTopic, logger, now = Date.now }: InsightStatesOptions) {
    this.#limits = limits;
    this.#board = board;
    this.#inputTopic = inputTopic;
    this.#logger = logger;
    this.#now = now;
  }

  /** @throws SnapshotLimitError when a day may be more than the topic takes */
  fit(maxSectionBytes: number, { topic, maxMessageBytes }: UsableTopic): void {
    const { maxDistinctValues } = this.#limits;
    const takes = `a record of "${topic}" (SNAPSHOT_TOPIC) takes max.message.bytes=${maxMessageBytes}`;
    const least = leastSectionBytes();
    if (maxSectionBytes < least) {
      throw new SnapshotLimitError(
        `A day of insights may need ${least} bytes, but ${takes}: ` +
          `raise that to ${least + maxMessageBytes - maxSectionBytes} or more.`,
      );
    }
    this.#limits = { ...this.#limits, maxSectionBytes };
    const sure = sureNames(this.#limits);
    if (sure < maxDistinctValues) {
      this.#logger.warn(
        { topic, maxMessageBytes, maxDistinctValues, sure },
        `MAX_DISTINCT_VALUES=${maxDistinctValues} may be more than a snapshot holds: ${takes}, enough for ${sure} values ` +
          'of each kind, in all and in one hour, whatever their length. What does not fit is counted as "other"; ' +
          'raise max.message.bytes of the topic for more.',
      );
    }
  }

  expect(ends: ReadonlyMap<number, bigint>): void {
    this.#board.expect(ends);
  }

  /** @throws SnapshotError when the snapshot is of another format or damaged */
  restore(partition: number, snapshot: FoundSnapshot | undefined, start: bigint): void {
    const state = new PartitionState(this.#limits);
    const isLost = snapshot !== undefined && this.#read(partition, state, snapshot).length > 0;
    state.nextOffset = start;
    this.#followed.delete(partition);
    this.#owned.set(partition, state);
    if (isLost) this.#begunAnew.add(partition);
    else this.#begunAnew.delete(partition);
    this.#changedCounts.forget(partition);
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
    return { nextOffset: state.nextOffset, sections: sectionsOf(state) };
  }

  /** What sinks read: a record for each count that moved, its key the name of the count. */
  get changes(): Omit<Changes, 'topic'> {
    return {
      since: (partition) => this.#changesSince(partition),
      assumeWritten: (partition) => {
        this.#toldChanges(partition);
      },
      forget: (partition) => {
        this.#changedCounts.forget(partition);
      },
    };
  }

  #changesSince(partition: number): readonly OutgoingRecord[] {
    const timestamp = String(Date.now());
    return [...this.#changedCounts.since(partition, this.#state(partition))].map(([key, row]) => ({
      key: Buffer.from(key),
      value: Buffer.from(JSON.stringify(row)),
      timestamp,
    }));
  }

  /** What a partition was restored with has been written before. */
  #toldChanges(partition: number): void {
    // What begins anew is less than was written.
    if (this.#begunAnew.has(partition)) return;
    this.#changedCounts.assumeDays(partition, this.#state(partition));
  }

  release(partition: number): void {
    this.#owned.delete(partition);
    this.#changedCounts.forget(partition);
  }

  follow(partition: number, snapshot: FoundSnapshot): void {
    const known = this.#followed.get(partition);
    // What was folded since cannot be taken out again: an earlier snapshot begins anew.
    const isLater =
      known !== undefined &&
      known.state.nextOffset <= snapshot.nextOffset &&
      !known.sections.has(WHOLE) &&
      !snapshot.sections.has(WHOLE);
    const state = isLater ? known.state : new PartitionState(this.#limits);
    this.#read(partition, state, snapshot, isLater ? known.sections : undefined);
    this.#followed.set(partition, { state, sections: snapshot.sections });
    this.#board.show(partition, state);
  }

  /**
   * Every replica reads a snapshot alike: what could not be when it was written, by the later clock, is forgotten.
   *
   * @returns the sections of which something begins anew
   */
  #read(
    partition: number,
    state: PartitionState,
    snapshot: FoundSnapshot,
    before?: FoundSnapshot['sections'],
  ): readonly string[] {
    try {
      const whole = snapshot.sections.get(WHOLE);
      const lost =
        whole === undefined
          ? readSections(state, snapshot, before)
          : this.#readFormat1(partition, state, whole, snapshot);
      if (lost.length > 0) {
        this.#warn(
          partition,
          { sections: lost },
          'A snapshot lacks sections, or has some that cannot be read: what they are of is counted from now on, and says since when',
        );
      }
      return lost;
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      throw new SnapshotError(
        `The snapshot of partition ${partition} of "${this.#inputTopic}" cannot be read: ${error.message}. ` +
          'Run the release that wrote it, or set SNAPSHOT_TOPIC to a new topic to count from the start',
        { cause: error },
      );
    }
  }

  #readFormat1(
    partition: number,
    state: PartitionState,
    whole: Buffer,
    snapshot: FoundSnapshot,
  ): readonly string[] {
    const latestMs = Math.max(snapshot.writtenMs, this.#now()) + FUTURE_TOLERANCE_MS;
    const forgotten = readFormat1(state, whole, snapshot, latestMs);
    if (forgotten.length > 0) {
      this.#warn(
        partition,
        { forgotten },
        'A snapshot held times that cannot have been: they are forgotten, and the logins to come count again. No total changes',
      );
    }
    return [];
  }

  #warn(partition: number, about: object, message: string): void {
    if (this.#warned.has(partition)) return;
    this.#warned.add(partition);
    this.#logger.warn({ topic: this.#inputTopic, partition, ...about }, message);
  }

  #state(partition: number): PartitionState {
    const state = this.#owned.get(partition);
    if (state === undefined) throw new Error(`Partition ${partition} is not restored`);
    return state;
  }
}
