import type { Asked } from '../insight.ts';
import { visitMinutes } from './minute-counts.ts';
import type { MergedMinutes, MinuteCount } from './minute-counts.ts';

/** The most logins of a minute, by what an hour has: that does not change, and few hours have a peak. */
const mostOfHours = new WeakMap<MergedMinutes, number>();

/**
 * @returns the minutes of the span with the most logins, as {@link busierFirst} has them: few of
 *   many, so these are not sorted
 */
export function peaks(asked: Asked<MergedMinutes>, atMost: number): MinuteCount[] {
  const busiest: MinuteCount[] = [];
  const least = (): number => (busiest.length < atMost ? 0 : (busiest.at(-1)?.count ?? Infinity));
  const visit = (minute: number, count: number): void => {
    if (count <= least()) return;
    const place = busiest.findIndex((peak) => peak.count < count);
    busiest.splice(place < 0 ? busiest.length : place, 0, { minute, count });
    if (busiest.length > atMost) busiest.pop();
  };
  visitMinutes(asked, visit, (minutes) => mostOf(minutes) <= least());
  return busiest;
}

function mostOf(minutes: MergedMinutes): number {
  const known = mostOfHours.get(minutes);
  if (known !== undefined) return known;
  let most = 0;
  for (const count of minutes) most = Math.max(most, count);
  mostOfHours.set(minutes, most);
  return most;
}

/** The minutes with the most logins, most first; of equal ones the earlier first. */
export function busierFirst(a: MinuteCount, b: MinuteCount): number {
  return b.count - a.count || a.minute - b.minute;
}
