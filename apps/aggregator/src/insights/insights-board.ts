import type { Insights, InsightsView, Ledger } from './insights.ts';
import { mergeLedgers, mergeStates } from './merge-states.ts';
import type { PartitionState } from './partition-state.ts';

/** Between two merges, so that a burst of small batches does not spend its time on answers nobody reads. */
const MERGE_PAUSE_MS = 100;
/** Nor do many large states: a merge is followed by so many times its own length without one. */
const MERGE_PAUSE_FACTOR = 20;

interface Answer {
  readonly insights: Insights;
  readonly ledger: Ledger;
}

/**
 * The newest known state of every partition, own or followed, and their merged insights. An answer is made when it is
 * asked for, at most once per change and per 100 ms, and in at most a twentieth of the time; until then the same object
 * is given.
 */
export class InsightsBoard implements InsightsView {
  readonly #states = new Map<number, PartitionState>();
  readonly #maxDistinctValues: number;
  readonly #now: () => number;
  readonly #clock: () => number;
  #ends: ReadonlyMap<number, bigint> = new Map();
  #due: ReadonlyMap<number, bigint> = new Map();
  #answer: Answer | undefined;
  #changed = true;
  #nextMergeAtMs = -Infinity;

  /**
   * @param maxDistinctValues names per distribution
   * @param now a monotonic clock, ms
   * @param clock by which a merge is timed, ms
   */
  constructor(
    maxDistinctValues: number,
    now: () => number = () => performance.now(),
    clock: () => number = () => performance.now(),
  ) {
    this.#maxDistinctValues = maxDistinctValues;
    this.#now = now;
    this.#clock = clock;
  }

  /**
   * Tells where the partitions of the input topic end. Insights are complete when they contain what was there one
   * call before: records that have just arrived are on their way, not missing. What a first call finds is all due:
   * nobody knows since when it has been there.
   */
  expect(ends: ReadonlyMap<number, bigint>): void {
    const due = [...ends].map(([partition, end]) => {
      const before = this.#ends.get(partition) ?? end;
      this.#changed ||= this.#due.get(partition) !== before;
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
    this.#states.set(partition, state);
    this.#changed = true;
  }

  insights(): Insights {
    return this.#merged().insights;
  }

  ledger(): Ledger {
    return this.#merged().ledger;
  }

  #merged(): Answer {
    const nowMs = this.#now();
    if (this.#answer !== undefined && !(this.#changed && nowMs >= this.#nextMergeAtMs)) {
      return this.#answer;
    }
    const begunMs = this.#clock();
    const topic = { byPartition: this.#states, due: this.#due };
    this.#answer = {
      insights: mergeStates(topic, this.#maxDistinctValues),
      ledger: mergeLedgers(topic),
    };
    this.#changed = false;
    const tookMs = this.#clock() - begunMs;
    this.#nextMergeAtMs = nowMs + Math.max(MERGE_PAUSE_MS, MERGE_PAUSE_FACTOR * tookMs);
    return this.#answer;
  }
}
