import type { Asked, Insight } from '../insight.ts';
import { MINUTES_PER_HOUR } from '../../utc.ts';

/** Logins of each minute of an hour. */
export type HourMinutes = Uint32Array;

/** How the minutes of an hour are kept: those with logins, as differences. */
export const KEPT_MINUTES: NonNullable<Insight<undefined, HourMinutes>['cells']> = {
  of: 'hour',
  holds: 'minutes',
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

/** Logins by minute of the hour: of one hour, they are its minutes. */
export type MergedMinutes = Float64Array;

export function addMinutes(into: MergedMinutes, minutes: ArrayLike<number>): void {
  for (let minute = 0; minute < MINUTES_PER_HOUR; minute += 1) {
    into[minute] = (into[minute] ?? 0) + (minutes[minute] ?? 0);
  }
}

export interface MinuteCount {
  /** Minutes since the epoch, UTC. */
  readonly minute: number;
  readonly count: number;
}

/** @returns the minutes of the span that have logins, ascending */
export function minutesOf(asked: Asked<MergedMinutes>): MinuteCount[] {
  const minutes: MinuteCount[] = [];
  visitMinutes(asked, (minute, count) => minutes.push({ minute, count }));
  return minutes;
}

/**
 * Visits the minutes of the span that have logins, ascending.
 *
 * @param passesOver asked of each hour's minutes before they are visited
 */
export function visitMinutes(
  { from, to, fromMinute, cell }: Asked<MergedMinutes>,
  visit: (minute: number, count: number) => void,
  passesOver: (minutes: MergedMinutes) => boolean = () => false,
): void {
  for (let hour = from; hour < to; hour += 1) {
    const minutes = cell(hour);
    if (minutes === undefined || passesOver(minutes)) continue;
    const begin = hour * MINUTES_PER_HOUR;
    for (let index = Math.max(0, fromMinute - begin); index < MINUTES_PER_HOUR; index += 1) {
      const count = minutes[index] ?? 0;
      if (count > 0) visit(begin + index, count);
    }
  }
}
