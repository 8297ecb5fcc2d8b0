import type { Asked } from '../insight.ts';
import { visitMinutes } from './minute-counts.ts';
import type { MergedMinutes, MinuteCount } from './minute-counts.ts';

/** @returns the minutes of the span with the most logins, as {@link busierFirst} has them: few of many, so these are not sorted */
export function peaks(asked: Asked<MergedMinutes>, atMost: number): MinuteCount[] {
  const busiest: MinuteCount[] = [];
  visitMinutes(asked, (minute, count) => {
    const least = busiest.length < atMost ? 0 : (busiest.at(-1)?.count ?? Infinity);
    if (count <= least) return;
    const place = busiest.findIndex((peak) => peak.count < count);
    busiest.splice(place < 0 ? busiest.length : place, 0, { minute, count });
    if (busiest.length > atMost) busiest.pop();
  });
  return busiest;
}

/** The minutes with the most logins, most first; of equal ones the earlier first. */
export function busierFirst(a: MinuteCount, b: MinuteCount): number {
  return b.count - a.count || a.minute - b.minute;
}
