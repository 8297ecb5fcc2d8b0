import { CATALOGUE } from '../insights/catalogue.ts';
import type { Asked, Insight } from '../insights/insight.ts';
import type { LedgerEntry } from '../state/ledger.ts';
import type { PartitionState } from '../state/partition-state.ts';
import { HOURS_PER_DAY, MINUTES_PER_HOUR } from '../utc.ts';
import type { MergedCell } from './cell-sum.ts';
import { hourOf } from './period-sum.ts';
import type { MergedDays, PeriodSum, PeriodSums } from './period-sum.ts';
import type { Period } from './period.ts';

/** The states of the input topic's partitions. */
export interface TopicStates {
  readonly byPartition: ReadonlyMap<number, PartitionState>;
  /** What each partition of the topic has to contain: all records below the offset. Less is incomplete. */
  readonly due: ReadonlyMap<number, bigint>;
}

/** What a period says beside its insights. */
export interface PeriodTotals extends Period {
  /** Nothing of it was forgotten before, or came before it was counted. */
  readonly complete: boolean;
  /** Counted logins. */
  readonly total: number;
  /** In the order of the catalogue. */
  readonly merged: readonly unknown[];
}

export interface Ledger {
  readonly complete: boolean;
  /** Ascending by partition. */
  readonly partitions: readonly (LedgerEntry & {
    readonly partition: number;
    readonly nextOffset: bigint;
  })[];
}

export interface ViewOptions {
  readonly topic: TopicStates;
  readonly days: MergedDays;
  /** Undefined: since the beginning. */
  readonly sums: PeriodSums | undefined;
  /** Days since the epoch, UTC. */
  readonly today: number;
  readonly trafficRetentionMinutes: number;
  readonly maxDistinctValues: number;
}

/**
 * What all partitions together said of a span of time at one moment: plain values that do not
 * change. Everything comes from the partitions' states, each folded by its owner alone: two
 * replicas with equal next offsets have equal views.
 */
export class View {
  /** Every partition of the input topic is contained, up to where it ended some seconds ago. */
  readonly complete: boolean;
  /** Next offset by partition, ascending: all records below it are contained. */
  readonly nextOffsets: readonly { readonly partition: number; readonly nextOffset: bigint }[];
  /** Newest record timestamp contained that is believed, epoch ms; undefined before the first. */
  readonly timeMs: number | undefined;
  /** What became of the records, since the beginning. */
  readonly ledger: Ledger;
  readonly counts: Pick<LedgerEntry, 'counted' | 'expired' | 'invalid' | 'future'>;
  /** Undefined: since the beginning. */
  readonly period: PeriodTotals | undefined;
  readonly previous: PeriodTotals | undefined;
  readonly #options: ViewOptions;
  readonly #always: readonly unknown[];
  readonly #sinceMs: readonly (number | undefined)[];
  readonly #keptFromHour: readonly number[];
  readonly #oldestMinute: number;

  constructor(options: ViewOptions) {
    this.#options = options;
    const { topic, sums, trafficRetentionMinutes } = options;
    const ascending = [...topic.byPartition].sort(([a], [b]) => a - b);
    const states = ascending.map(([, state]) => state);
    this.complete = isComplete(topic);
    this.ledger = ledgerOf(topic, this.complete);
    this.nextOffsets = this.ledger.partitions;
    const newestRecordMs = Math.max(-1, ...states.map((state) => state.newestRecordMs));
    this.timeMs = newestRecordMs < 0 ? undefined : newestRecordMs;
    this.counts = {
      counted: sum(states, ({ counted }) => counted),
      expired: sum(states, ({ expired }) => expired),
      invalid: sum(states, ({ invalid }) => invalid),
      future: sum(states, ({ future }) => future),
    };
    this.#always = CATALOGUE.map(({ merging }, index) => {
      const into = merging.empty();
      for (const { insights } of states) merging.addAlways(into, insights[index]?.state);
      return into;
    });
    this.#sinceMs = CATALOGUE.map((_, index) => {
      const times = states.flatMap(({ insights }) => insights[index]?.sinceMs ?? []);
      return times.length === 0 ? undefined : Math.max(...times);
    });
    this.#keptFromHour = CATALOGUE.map((_, index) =>
      Math.max(0, ...states.map((state) => keptFromHour(state, index))),
    );
    const newestMinute = Math.max(-1, ...states.map(({ cells }) => cells.newestMinute));
    this.#oldestMinute = Math.max(0, newestMinute - trafficRetentionMinutes + 1);
    this.period = sums && this.#totals(sums.period);
    this.previous = sums && this.#totals(sums.previous);
  }

  /** Counted logins of the span. */
  get total(): number {
    return this.period?.total ?? this.counts.counted;
  }

  /**
   * @returns since when an insight counts all records of every partition, epoch ms of record time;
   *   undefined: since the beginning
   */
  sinceMs(insight: Insight): number | undefined {
    return this.#sinceMs[CATALOGUE.indexOf(insight)];
  }

  /** @returns whether all that the insight says of the period was counted; true without one */
  isComplete(insight: Insight): boolean {
    const { period } = this;
    return period === undefined || this.#isKept(period, CATALOGUE.indexOf(insight));
  }

  /** @returns what there is to be asked about an insight */
  asked<Always, Cell, Merged>(insight: Insight<Always, Cell, Merged>): Asked<Merged> {
    const index = CATALOGUE.indexOf(insight);
    const { days, today, maxDistinctValues } = this.#options;
    const { period } = this;
    const isOfHours = insight.cells?.of === 'hour';
    const keptFromHour = this.#keptFromHour[index] ?? 0;
    const always = this.#always[index] as Merged;
    const cellOf = (at: number): MergedCell | undefined =>
      isOfHours ? hourOf(days, at) : days.get(at)?.parts;
    const shown = isOfHours ? this.#shownHours() : this.#shownDays();
    return {
      merged: period === undefined ? always : (period.merged[index] as Merged),
      always,
      total: this.total,
      ...shown,
      fromMinute: period === undefined ? this.#oldestMinute : period.fromHour * MINUTES_PER_HOUR,
      cell: (at) => cellOf(at)?.merged[index] as Merged | undefined,
      keptFrom: isOfHours ? keptFromHour : Math.ceil(keptFromHour / HOURS_PER_DAY),
      today,
      maxDistinctValues,
    };
  }

  #shownHours(): Pick<Asked<unknown>, 'from' | 'to'> {
    const { period } = this;
    if (period !== undefined) return { from: period.fromHour, to: period.toHour };
    const newest = Math.max(-1, ...this.#options.days.keys());
    const from = Math.floor(this.#oldestMinute / MINUTES_PER_HOUR);
    return { from, to: Math.max(from, (newest + 1) * HOURS_PER_DAY) };
  }

  #shownDays(): Pick<Asked<unknown>, 'from' | 'to'> {
    const { period } = this;
    if (period !== undefined) return { from: period.fromDay, to: period.toDay };
    const days = [...this.#options.days.keys()];
    return { from: Math.min(...days, Infinity), to: Math.max(-1, ...days) + 1 };
  }

  #totals(sum: PeriodSum): PeriodTotals {
    const { period } = sum;
    const { counted, merged } = sum.of(this.#options.days);
    const complete = CATALOGUE.every((_, index) => this.#isKept(period, index));
    return { ...period, complete, total: counted, merged };
  }

  #isKept({ fromHour, fromDay }: Period, index: number): boolean {
    const keptFrom = this.#keptFromHour[index] ?? 0;
    const { cells } = CATALOGUE[index] ?? {};
    if (cells === undefined) return true;
    return (cells.of === 'hour' ? fromHour : fromDay * HOURS_PER_DAY) >= keptFrom;
  }
}

/** @returns the first hour, since the epoch, that a partition keeps and of which the insight has all */
function keptFromHour({ cells, insights }: PartitionState, index: number): number {
  return Math.max(cells.oldestDay * HOURS_PER_DAY, insights[index]?.sinceHour ?? 0);
}

function ledgerOf({ byPartition, due }: TopicStates, complete: boolean): Ledger {
  // All partitions that are known, those without a state too.
  const partitions = [...new Set([...byPartition.keys(), ...due.keys()])].sort((a, b) => a - b);
  return {
    complete,
    partitions: partitions.map((partition) => {
      const state = byPartition.get(partition);
      const entry = state?.ledger() ?? NOTHING_CONSUMED;
      return { partition, nextOffset: state?.nextOffset ?? 0n, ...entry };
    }),
  };
}

const NOTHING_CONSUMED: LedgerEntry = {
  consumed: 0,
  counted: 0,
  expired: 0,
  invalid: 0,
  future: 0,
  unaccounted: 0,
};

function isComplete({ byPartition, due }: TopicStates): boolean {
  if (due.size === 0) return false;
  for (const [partition, offset] of due) {
    if ((byPartition.get(partition)?.nextOffset ?? 0n) < offset) return false;
  }
  return true;
}

function sum(states: readonly PartitionState[], count: (state: PartitionState) => number): number {
  return states.reduce((total, state) => total + count(state), 0);
}
