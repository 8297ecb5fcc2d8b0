import { CATALOGUE } from '../insights/catalogue.ts';
import { HOURS_PER_DAY, MINUTES_PER_DAY, MINUTES_PER_HOUR } from '../utc.ts';
import type { Bounds } from './bounds.ts';
import { emptyDay, emptyHour } from './day-cells.ts';
import type { DayCells, HourCell } from './day-cells.ts';
import { readDay } from './day-codec.ts';

const ALL_HOURS: readonly number[] = Array.from({ length: HOURS_PER_DAY }, (_, hour) => hour);

/** Hours, and days as wholes, since the epoch. */
export interface Touched {
  readonly hours: Set<number>;
  readonly days: Set<number>;
}

/** A day, as cells that are counted in, or as the bytes that it was written as, or both where these say the same. */
interface KeptDay {
  cells: DayCells | undefined;
  bytes: Buffer | undefined;
  /** Another number after each batch that has counted in it. */
  revision: number;
  /** Of the cells that are in the bytes. */
  writtenRevision: number;
}

/** Numbers of one process that were not there before: cells of two states never have the same. */
let revisions = 0;

/**
 * The hours and days of event time of one partition, for the newest day with logins and so many
 * before it. Days that are over stay as bytes, a fortieth of what their cells take, until one of
 * their logins is late.
 */
export class TimeCells {
  /** Newest minute with a login, -1 before the first. */
  newestMinute = -1;
  readonly #bounds: Bounds;
  readonly #days = new Map<number, KeptDay>();
  #oldestDay = 0;
  /** The hour that was counted in last. */
  #hour = -1;
  #cell: HourCell | undefined;
  #touched = untouched();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Cells that are counted in from now on have changed. */
  startBatch(): void {
    this.#hour = -1;
  }

  /** @returns the cell of the minute's hour, counted in; undefined when its day is not kept any more */
  count(minute: number, hour: number): HourCell | undefined {
    if (hour !== this.#hour) {
      const opened = this.#open(hour);
      if (opened === undefined) return undefined;
      this.#hour = hour;
      this.#cell = opened;
    }
    if (minute > this.newestMinute) this.newestMinute = minute;
    const cell = this.#cell;
    if (cell !== undefined) cell.counted += 1;
    return cell;
  }

  /** The first day of which all is kept, since the epoch: it never goes back, not even when the retention is raised. */
  get oldestDay(): number {
    return Math.max(this.#oldestDay, this.newestDay - this.#bounds.retentionDays);
  }

  /** -1 before the first login. */
  get newestDay(): number {
    return Math.floor(this.newestMinute / MINUTES_PER_DAY);
  }

  /** Days with logins, in the order in which they came. */
  get days(): readonly number[] {
    return [...this.#days.keys()];
  }

  /** Whether a day may be written as one: an hour after its end few of its logins are still to come. */
  isOver(day: number): boolean {
    return this.newestMinute >= ((day + 1) * HOURS_PER_DAY + 1) * MINUTES_PER_HOUR;
  }

  /** @returns the cells of a day, undefined when it had no logins; nothing of them may be changed */
  cellsOf(day: number): DayCells | undefined {
    const kept = this.#days.get(day);
    if (kept === undefined) return undefined;
    return kept.cells ?? (kept.bytes && readDay(kept.bytes, this.#bounds));
  }

  /** @returns a number that changes when the day does */
  revisionOf(day: number): number {
    return this.#days.get(day)?.revision ?? 0;
  }

  /** @returns the bytes that a day was written as, if it is as it was then */
  bytesOf(day: number): Buffer | undefined {
    const kept = this.#days.get(day);
    return kept?.writtenRevision === kept?.revision ? kept?.bytes : undefined;
  }

  /** Keeps what a day is written as. Its cells go when the next one is written, and it has not changed. */
  written(day: number, bytes: Buffer): void {
    const kept = this.#days.get(day);
    if (kept === undefined) return;
    kept.bytes = bytes;
    kept.writtenRevision = kept.revision;
  }

  /** Forgets the cells of days that are over and are written as they are. */
  pack(): void {
    for (const [day, kept] of this.#days) {
      const isWritten = kept.bytes !== undefined && kept.writtenRevision === kept.revision;
      if (isWritten && this.isOver(day)) kept.cells = undefined;
    }
    this.#hour = -1;
  }

  /** Brings a day back that is over. */
  restore(day: number, bytes: Buffer): void {
    const revision = (revisions += 1);
    this.#days.set(day, { cells: undefined, bytes, revision, writtenRevision: revision });
    this.#touchDay(day);
    this.#hour = -1;
  }

  /**
   * Changes a day from outside.
   *
   * @param hours of the day that it changes
   */
  change(day: number, edit: (cells: DayCells) => void, hours: readonly number[]): void {
    const kept = this.#days.get(day) ?? this.#begin(day);
    edit(this.#cellsIn(kept));
    kept.revision = revisions += 1;
    for (const hour of hours) {
      const cell = kept.cells?.hours[hour];
      if (cell !== undefined) cell.revision = revisions;
      this.#touched.hours.add(day * HOURS_PER_DAY + hour);
    }
    this.#touched.days.add(day);
    this.#hour = -1;
  }

  /** Brings back from which day on all is kept. */
  keptFrom(oldestDay: number): void {
    this.#oldestDay = oldestDay;
  }

  /** Forgets days before those that are kept. */
  forgetOld(): void {
    this.#forgetBefore(this.newestDay - this.#bounds.retentionDays);
  }

  /** Forgets what one insight keeps of all hours and days. */
  forgetInsight(index: number): void {
    const { cells } = CATALOGUE[index] ?? {};
    if (cells === undefined) return;
    for (const day of this.#days.keys()) {
      const edit = (old: DayCells): void => {
        const part = cells.empty(this.#bounds);
        if (cells.of === 'day') old.parts[index] = part;
        for (const hour of old.hours) {
          if (hour !== undefined) {
            hour.parts[index] = cells.of === 'day' ? part : cells.empty(this.#bounds);
          }
        }
      };
      this.change(day, edit, ALL_HOURS);
    }
  }

  forget(day: number): void {
    if (this.#days.delete(day)) this.#touchDay(day);
    this.#hour = -1;
  }

  /** @returns the hours and days that have changed since the last call */
  takeTouched(): Touched {
    const touched = this.#touched;
    if (touched.days.size > 0) this.#touched = untouched();
    return touched;
  }

  /**
   * @returns the days, with their hours, that may not be the same as another's: all but those that
   *   are written alike
   */
  differing(other: TimeCells): Touched {
    const touched = untouched();
    for (const day of new Set([...this.#days.keys(), ...other.days])) {
      const [own, theirs] = [this.bytesOf(day), other.bytesOf(day)];
      if (own !== undefined && theirs?.equals(own) === true) continue;
      touched.days.add(day);
      for (const hour of ALL_HOURS) touched.hours.add(day * HOURS_PER_DAY + hour);
    }
    return touched;
  }

  #open(hour: number): HourCell | undefined {
    const day = Math.floor(hour / HOURS_PER_DAY);
    const newestDay = this.newestDay;
    if (day < newestDay - this.#bounds.retentionDays) return undefined;
    if (day > newestDay) this.#forgetBefore(day - this.#bounds.retentionDays);
    const kept = this.#days.get(day) ?? this.#begin(day);
    const cells = this.#cellsIn(kept);
    const hourOfDay = hour - day * HOURS_PER_DAY;
    const cell = (cells.hours[hourOfDay] ??= emptyHour(cells.parts, this.#bounds));
    cell.revision = revisions += 1;
    kept.revision = revisions;
    this.#touched.hours.add(hour);
    this.#touched.days.add(day);
    return cell;
  }

  #cellsIn(kept: KeptDay): DayCells {
    return (kept.cells ??=
      kept.bytes === undefined ? emptyDay(this.#bounds) : readDay(kept.bytes, this.#bounds));
  }

  #begin(day: number): KeptDay {
    const kept: KeptDay = {
      cells: emptyDay(this.#bounds),
      bytes: undefined,
      revision: 0,
      writtenRevision: 0,
    };
    this.#days.set(day, kept);
    return kept;
  }

  #forgetBefore(oldest: number): void {
    this.#oldestDay = Math.max(this.#oldestDay, oldest);
    for (const day of this.#days.keys()) if (day < oldest) this.forget(day);
  }

  #touchDay(day: number): void {
    for (const hour of ALL_HOURS) this.#touched.hours.add(day * HOURS_PER_DAY + hour);
    this.#touched.days.add(day);
  }
}

function untouched(): Touched {
  return { hours: new Set(), days: new Set() };
}
