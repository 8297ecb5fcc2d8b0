import type { PartitionState } from '../state/partition-state.ts';
import { MergedCells } from './merged-cells.ts';
import { PeriodSum } from './period-sum.ts';
import type { PeriodSums } from './period-sum.ts';
import { previousOf, todayOf } from './period.ts';
import type { Period } from './period.ts';
import { View } from './view.ts';

/** Between two merges, so that a burst of small batches does not spend its time on answers that no client reads. */
const MERGE_PAUSE_MS = 100;
/** Nor do many large states: a merge is followed by so many times its own length without one. */
const MERGE_PAUSE_FACTOR = 20;
/**
 * Each day of a month, the last hours and days, and the beginning; those asked for longest ago make
 * room for others.
 */
const MAX_VIEWS = 40;

interface KeptView {
  readonly view: View;
  readonly sums: PeriodSums | undefined;
  /** The changes that it contains. */
  readonly changes: number;
  /** Until then it is given though there are others, by the monotonic clock. */
  readonly untilMs: number;
}

export interface BoardOptions {
  readonly trafficRetentionMinutes: number;
  /** Names per distribution. */
  readonly maxDistinctValues: number;
  /** The clock of this replica, epoch ms. */
  readonly now?: () => number;
  /** A monotonic clock, ms. */
  readonly monotonic?: () => number;
  /** By which a merge is timed, ms. */
  readonly stopwatch?: () => number;
}

/** What HTTP, metrics and log lines read. Views are immutable: the same object means that nothing changed. */
export interface InsightsViews {
  /** Counted logins since the beginning; asks for no view. */
  readonly counted: number;
  /** @param period absent: since the beginning */
  view(period?: Period): View;
}

/**
 * The newest known state of every partition, own or followed, and what all of them say of a span of
 * time. A view is made when it is asked for, at most once per change and per 100 ms, and in at most
 * a twentieth of the time; until then the same object is given.
 */
export class InsightsBoard implements InsightsViews {
  readonly #options: BoardOptions;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #stopwatch: () => number;
  readonly #states = new Map<number, PartitionState>();
  readonly #cells = new MergedCells();
  readonly #views = new Map<string, KeptView>();
  #ends: ReadonlyMap<number, bigint> = new Map();
  #due: ReadonlyMap<number, bigint> = new Map();
  #changes = 0;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#stopwatch = options.stopwatch ?? (() => performance.now());
  }

  /**
   * Tells where the partitions of the input topic end. Insights are complete when they contain what was there one
   * call before: records that have just arrived are on their way, not missing. What a first call finds is all due:
   * it is not known since when it has been there.
   */
  expect(ends: ReadonlyMap<number, bigint>): void {
    const due = [...ends].map(([partition, end]) => {
      const before = this.#ends.get(partition) ?? end;
      if (this.#due.get(partition) !== before) this.#changes += 1;
      return [partition, before] as const;
    });
    this.#due = new Map(due);
    this.#ends = ends;
  }

  /**
   * Shows a partition's state; call it again after every batch folded into it. Of two states the one with the higher
   * next offset is shown, so a snapshot that lags behind a live state does no harm.
   */
  show(partition: number, state: PartitionState): void {
    const shown = this.#states.get(partition);
    if (shown !== undefined && shown !== state && shown.nextOffset >= state.nextOffset) return;
    const touched = state.cells.takeTouched();
    if (shown === undefined) this.#cells.add(state);
    else this.#cells.touch(shown === state ? touched : state.cells.differing(shown.cells));
    this.#states.set(partition, state);
    this.#changes += 1;
  }

  get counted(): number {
    let counted = 0;
    for (const state of this.#states.values()) counted += state.counted;
    return counted;
  }

  view(period?: Period): View {
    const today = todayOf(this.#now());
    // A day that is past is answered with the users of the days up to today.
    const key = [today, period?.fromHour, period?.toHour].join(' ');
    const kept = this.#views.get(key);
    const nowMs = this.#monotonic();
    if (kept !== undefined && (kept.changes === this.#changes || nowMs < kept.untilMs)) {
      return kept.view;
    }
    const begunMs = this.#stopwatch();
    const sums = kept?.sums ?? sumsOf(period);
    const view = this.#merge(sums, today);
    const pauseMs = Math.max(MERGE_PAUSE_MS, MERGE_PAUSE_FACTOR * (this.#stopwatch() - begunMs));
    this.#views.delete(key);
    this.#views.set(key, { view, sums, changes: this.#changes, untilMs: nowMs + pauseMs });
    for (const oldest of this.#views.keys()) {
      if (this.#views.size <= MAX_VIEWS) break;
      this.#views.delete(oldest);
    }
    return view;
  }

  #merge(sums: PeriodSums | undefined, today: number): View {
    const { trafficRetentionMinutes, maxDistinctValues } = this.#options;
    return new View({
      topic: { byPartition: this.#states, due: this.#due },
      days: this.#cells.of([...this.#states.values()]),
      sums,
      today,
      trafficRetentionMinutes,
      maxDistinctValues,
    });
  }
}

function sumsOf(period: Period | undefined): PeriodSums | undefined {
  if (period === undefined) return undefined;
  return { period: new PeriodSum(period), previous: new PeriodSum(previousOf(period)) };
}
