/** Times of the insights: minutes, hours and days since the epoch, UTC. */

export const MINUTES_PER_HOUR = 60;
export const HOURS_PER_DAY = 24;
export const MINUTES_PER_DAY = MINUTES_PER_HOUR * HOURS_PER_DAY;
export const MS_PER_MINUTE = 60_000;
export const MS_PER_HOUR = MS_PER_MINUTE * MINUTES_PER_HOUR;
export const MS_PER_DAY = MS_PER_HOUR * HOURS_PER_DAY;

/** `2024-12-17T18:47Z` of a minute. */
export function isoMinute(minute: number): string {
  return `${new Date(minute * MS_PER_MINUTE).toISOString().slice(0, -8)}Z`;
}

/** `2024-12-17T18:00Z` of an hour. */
export function isoHour(hour: number): string {
  return isoMinute(hour * MINUTES_PER_HOUR);
}

/** `2024-12-17` of a day. */
export function isoDay(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** @returns the minute that holds a time such as `2024-12-17T18:47:59.9Z` */
export function minuteOf(time: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = time.split(/\D/).map(Number);
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  return midnight / MS_PER_MINUTE + hour * MINUTES_PER_HOUR + minute;
}

/** @returns the day that holds a time such as `2024-12-17T18:47Z`, or that is a date */
export function dayOf(time: string): number {
  return Math.floor(minuteOf(`${time.slice(0, 10)}T00:00Z`) / MINUTES_PER_DAY);
}
