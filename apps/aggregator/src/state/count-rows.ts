import { createHash } from 'node:crypto';
import { CATALOGUE } from '../insights/catalogue.ts';
import type { VisitRow } from '../insights/insight.ts';
import { HOURS_PER_DAY, isoDay } from '../utc.ts';
import type { PartitionState } from './partition-state.ts';

/** Longer values have their hash in the key: an index of a database does not take them. */
const MAX_KEY_VALUE = 128;

/**
 * One count of one partition: since the beginning, or of one UTC day of event time. Summed over the
 * partitions it is the count of the insights; a day that is not kept any more keeps its last one.
 */
export interface CountRow {
  readonly partition: number;
  /** Such as `app_version`; `outcome` is what became of the records. */
  readonly insight: string;
  /** What is counted; a minute as `2026-11-28T10:15Z`. */
  readonly value: string;
  /** Such as `2026-11-28`; empty: since the beginning. */
  readonly day: string;
  readonly logins: number;
  /** Event time of the earliest and of the latest login, epoch ms; of app versions since the beginning only. */
  readonly first_seen_ms?: number;
  readonly last_seen_ms?: number;
  /** All records below it are contained. Of two rows with one key the one with the higher offset holds. */
  readonly next_offset: number;
}

/** What was written last of one day. */
interface WrittenDay {
  /** The number that it had. */
  readonly revision: number;
  /** By key; undefined: not known any more, and all of the day is written when it changes. */
  readonly counts: Map<string, number> | undefined;
}

/** What was written last of one partition. */
interface WrittenRows {
  /** Since the beginning, by key. */
  readonly counts: Map<string, number>;
  /** In the order in which they were written. */
  readonly days: Map<number, WrittenDay>;
}

/** A day has 1,440 minutes: of those written last only the last ones are compared count by count. */
const COMPARED_DAYS = 3;

/** Which counts of each partition have moved since they were written last. */
export class ChangedCounts {
  readonly #written = new Map<number, WrittenRows>();

  /**
   * @returns the rows, by key, of counts that have moved since they were written last, some others
   *   of their days, and all after {@link forget}
   */
  since(partition: number, state: PartitionState): ReadonlyMap<string, CountRow> {
    const written: WrittenRows = this.#written.get(partition) ?? {
      counts: new Map(),
      days: new Map(),
    };
    this.#written.set(partition, written);
    const rows = new Map<string, CountRow>();
    tellAlways(state, teller(partition, state, written.counts, rows));
    for (const day of state.cells.days) {
      const revision = state.cells.revisionOf(day);
      const known = written.days.get(day);
      if (known?.revision === revision) continue;
      const counts = known?.counts ?? new Map<string, number>();
      tellDay(state, day, teller(partition, state, counts, rows));
      written.days.delete(day);
      written.days.set(day, { revision, counts });
    }
    forgetDays(written.days, state);
    return rows;
  }

  /** The next call tells all counts of the partition. */
  forget(partition: number): void {
    this.#written.delete(partition);
  }

  /**
   * The days are written as they are now. Counts since the beginning are written again: those that
   * rest leave their topic.
   */
  assumeDays(partition: number, { cells }: PartitionState): void {
    const days = cells.days.map((day) => {
      return [day, { revision: cells.revisionOf(day), counts: undefined }] as const;
    });
    this.#written.set(partition, { counts: new Map(), days: new Map(days) });
  }
}

function forgetDays(written: Map<number, WrittenDay>, { cells }: PartitionState): void {
  const kept = new Set(cells.days);
  for (const [index, [day, { revision }]] of [...written].reverse().entries()) {
    if (!kept.has(day)) written.delete(day);
    else if (index >= COMPARED_DAYS) written.set(day, { revision, counts: undefined });
  }
}

/** @returns what adds a row where a count is another than was written */
function teller(
  partition: number,
  state: PartitionState,
  written: Map<string, number>,
  rows: Map<string, CountRow>,
): Tell {
  const next_offset = Number(state.nextOffset);
  return (insight, [value, day], logins, more) => {
    // No insight has an @ in its name, and any value may have a date.
    const ofDay = day === '' ? insight : `${insight}@${day}`;
    const key = `${partition}/${ofDay}/${keyPart(value)}`;
    if (written.get(key) === logins) return;
    written.set(key, logins);
    const row = { partition, insight, value: readable(value), day, logins };
    rows.set(key, { ...row, ...more, next_offset });
  };
}

type Tell = (
  insight: string,
  of: readonly [value: string, day: string],
  logins: number,
  more?: Readonly<Record<string, number>>,
) => void;

function tellAlways(state: PartitionState, tell: Tell): void {
  for (const [index, { rows }] of CATALOGUE.entries()) {
    rows?.always?.(state.insights[index]?.state, (value, logins, more) => {
      tell(rows.insight, [value, ''], logins, more);
    });
  }
  const { counted, expired, invalid } = state;
  for (const [outcome, count] of Object.entries({ counted, expired, invalid })) {
    tell('outcome', [outcome, ''], count);
  }
}

function tellDay(state: PartitionState, day: number, tell: Tell): void {
  const hours = state.cells.cellsOf(day)?.hours ?? [];
  for (const [index, { rows }] of CATALOGUE.entries()) {
    if (rows?.ofDay === undefined) continue;
    const sums = new Map<string, number>();
    const visit: VisitRow = (value, logins) => {
      sums.set(value, (sums.get(value) ?? 0) + logins);
    };
    for (const [hour, cell] of hours.entries()) {
      if (cell === undefined) continue;
      const at = day * HOURS_PER_DAY + hour;
      rows.ofDay(cell.parts[index], at, state.insights[index]?.state, visit);
    }
    // The row of a time names its day already.
    const date = rows.isOfTime === true ? '' : isoDay(day);
    for (const [value, logins] of sums) tell(rows.insight, [value, date], logins);
  }
}

function keyPart(value: string): string {
  if (value.length <= MAX_KEY_VALUE && !value.includes('\0')) return value;
  return `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

/** A column of text takes no U+0000. */
function readable(value: string): string {
  return value.replaceAll('\0', '\uFFFD');
}
