import type { MinuteCount } from './insights.ts';

/** The minutes with the most logins, most first; of equal ones the earlier first. */
export function peaks(traffic: readonly MinuteCount[], atMost: number): MinuteCount[] {
  return [...traffic].sort(busierFirst).slice(0, atMost);
}

/** Compares for {@link peaks}. */
export function busierFirst(a: MinuteCount, b: MinuteCount): number {
  return b.count - a.count || a.minute - b.minute;
}

/** `2024-12-17T18:47Z` of minutes since the epoch. */
export function isoMinute(minute: number): string {
  return `${new Date(minute * 60_000).toISOString().slice(0, -8)}Z`;
}
