import { CATALOGUE } from '../insights/catalogue.ts';
import { HOURS_PER_DAY } from '../utc.ts';
import { CellSum } from './cell-sum.ts';
import type { MergedCell } from './cell-sum.ts';
import type { MergedDay } from './merged-cells.ts';
import type { Period } from './period.ts';

export type MergedDays = ReadonlyMap<number, MergedDay>;

/** What all partitions have of one period. */
export class PeriodSum {
  readonly period: Period;
  readonly #hours = new CellSum('hour');
  readonly #days = new CellSum('day');

  constructor(period: Period) {
    this.period = period;
  }

  /** @returns the logins of its hours; by insight, what was kept of them or of its days */
  of(days: MergedDays): MergedCell {
    const hours = this.#hours.of(hoursOf(this.period, days));
    const wholeDays = this.#days.of(daysOf(this.period, days));
    const merged = CATALOGUE.map(
      ({ cells }, index) => (cells?.of === 'day' ? wholeDays : hours).merged[index],
    );
    return { counted: hours.counted, merged };
  }
}

/** A period, and the one of the same length before. */
export interface PeriodSums {
  readonly period: PeriodSum;
  readonly previous: PeriodSum;
}

/** @returns an hour, since the epoch; undefined where there were no logins */
export function hourOf(days: MergedDays, hour: number): MergedCell | undefined {
  const day = Math.floor(hour / HOURS_PER_DAY);
  return days.get(day)?.hours[hour - day * HOURS_PER_DAY];
}

/** @returns the hours of a period; whole days as one */
function hoursOf({ fromHour, toHour }: Period, days: MergedDays): readonly MergedCell[] {
  const cells: MergedCell[] = [];
  for (let hour = fromHour; hour < toHour;) {
    const day = Math.floor(hour / HOURS_PER_DAY);
    const nextDay = (day + 1) * HOURS_PER_DAY;
    const isWhole = hour === day * HOURS_PER_DAY && nextDay <= toHour;
    const cell = isWhole ? days.get(day)?.whole : hourOf(days, hour);
    if (cell !== undefined) cells.push(cell);
    hour = isWhole ? nextDay : hour + 1;
  }
  return cells;
}

/** @returns what is kept of the days of a period */
function daysOf({ fromDay, toDay }: Period, days: MergedDays): readonly MergedCell[] {
  const cells: MergedCell[] = [];
  for (let day = fromDay; day < toDay; day += 1) {
    const cell = days.get(day)?.parts;
    if (cell !== undefined) cells.push(cell);
  }
  return cells;
}
