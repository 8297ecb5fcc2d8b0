import { createHash } from 'node:crypto';
import { CATALOGUE } from '../insights/catalogue.ts';
import type { VisitRow } from '../insights/insight.ts';
import { HOURS_PER_DAY, isoDay } from '../utc.ts';
import type { PartitionState } from './partition-state.ts';

/** Longer values have their hash in the key: an index of a database does not take them. */
const MAX_KEY_VALUE = 128;

/**
 * One count of one partition: since the beginning, or of one UTC day of event time. Summed over the partitions it is the count of the
 * insights; a day that is not kept any more keeps its last one.
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

/** What was told last of one partition. */
interface Told {
  readonly counts: Map<string, number>;
  /** By day, the number that it had. */
  readonly days: Map<number, number>;
}

/** Which counts of each partition have moved since they were told last. */
export class ChangedCounts {
  readonly #told = new Map<number, Told>();

  /** @returns the rows, by key, whose counts differ from those told last; all of them after {@link forget} */
  since(partition: number, state: PartitionState): ReadonlyMap<string, CountRow> {
    const told = this.#told.get(partition) ?? { counts: new Map(), days: new Map() };
    this.#told.set(partition, told);
    const { counts, days } = told;
    const changed = new Map<string, CountRow>();
    const next_offset = Number(state.nextOffset);
    const tell = (
      insight: string,
      [value, day]: readonly [string, string],
      logins: number,
      more?: Readonly<Record<string, number>>,
    ): void => {
      // No insight has an @ in its name, and any value may have a date.
      const ofDay = day === '' ? insight : `${insight}@${day}`;
      const key = `${partition}/${ofDay}/${keyPart(value)}`;
      if (counts.get(key) === logins) return;
      counts.set(key, logins);
      const row = { partition, insight, value: readable(value), day, logins };
      changed.set(key, { ...row, ...more, next_offset });
    };
    tellAlways(state, tell);
    for (const day of state.cells.days) {
      const revision = state.cells.revisionOf(day);
      if (days.get(day) !== revision) tellDay(state, day, tell);
      days.set(day, revision);
    }
    return changed;
  }

  /** The next call tells all counts of the partition. */
  forget(partition: number): void {
    this.#told.delete(partition);
  }
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
