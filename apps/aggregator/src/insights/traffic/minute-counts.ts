import type { Asked, Insight } from '../insight.ts';
import type { MinuteCount } from './peaks.ts';
import { MINUTES_PER_HOUR } from '../../utc.ts';

/** Logins of each minute of an hour. */
export type HourMinutes = Uint32Array;

/** How the minutes of an hour are kept: those with logins, as differences. */
export const KEPT_MINUTES: NonNullable<Insight<undefined, HourMinutes>['cells']> = {
  of: 'hour',
  empty: () => new Uint32Array(MINUTES_PER_HOUR),
  write(minutes, writer) {
    writer.uint(minutes.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0));
    let previous = 0;
    minutes.forEach((count, minute) => {
      if (count === 0) return;
      writer.uint(minute - previous);
      writer.uint(count);
      previous = minute;
    });
  },
  read(reader) {
    const minutes = new Uint32Array(MINUTES_PER_HOUR);
    let minute = 0;
    reader.repeat(() => {
      minute += reader.uint();
      if (minute >= MINUTES_PER_HOUR) throw new RangeError('an hour has sixty minutes');
      minutes[minute] = reader.uint();
    });
    return minutes;
  },
};

/** Minutes of all partitions: sixty by hour since the epoch. */
export type MergedMinutes = Map<number, Float64Array>;

/** Adds the minutes of one hour. */
export function addHour(into: MergedMinutes, hour: number, minutes: ArrayLike<number>): void {
  const known = into.get(hour);
  if (known === undefined) {
    into.set(hour, Float64Array.from(minutes));
    return;
  }
  for (let minute = 0; minute < MINUTES_PER_HOUR; minute += 1) {
    known[minute] = (known[minute] ?? 0) + (minutes[minute] ?? 0);
  }
}

/** @returns the minutes of the span that have logins, ascending */
export function minutesOf({ from, to, fromMinute, cell }: Asked<MergedMinutes>): MinuteCount[] {
  const minutes: MinuteCount[] = [];
  for (let hour = from; hour < to; hour += 1) {
    cell(hour)
      ?.get(hour)
      ?.forEach((logins, index) => {
        const at = hour * MINUTES_PER_HOUR + index;
        if (logins > 0 && at >= fromMinute) minutes.push({ minute: at, count: logins });
      });
  }
  return minutes;
}
