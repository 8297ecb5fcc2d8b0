import type { VERSIONS } from '../src/insights/app-versions/versions-route.ts';
import type { Answer } from './api.ts';
import type { PeriodQuestion } from './asking.ts';
import { isLong } from './period.ts';

const HOUR_MS = 3_600_000;

export type Versions = Answer<typeof VERSIONS>;

export const VERSIONS_QUESTION: PeriodQuestion = {
  route: 'insights/versions',
  // The largest answer where it has hundreds of hours, of which all but the last stay as they are.
  soonMs: (period) => (isLong(period) ? 60_000 : 15_000),
  everyMs: 60_000,
};

/** A version's part of the logins of one hour. */
export interface HourShare {
  /** Epoch ms of the hour's begin. */
  readonly hourMs: number;
  /** From 0 to 1; undefined for an hour without logins. */
  readonly share: number | undefined;
}

/** @returns the version's share of every hour of the last `hours`, ascending; it starts with the first known hour */
export function adoption(
  byHour: Versions['hours'],
  version: string,
  hours: number,
): readonly HourShare[] {
  const known = new Map(byHour.map((each) => [Date.parse(each.hour), each.versions]));
  const times = [...known.keys()];
  const newest = Math.max(...times);
  const oldest = Math.max(Math.min(...times), newest - (hours - 1) * HOUR_MS);
  const shares: HourShare[] = [];
  for (let hourMs = oldest; hourMs <= newest; hourMs += HOUR_MS) {
    const versions = known.get(hourMs);
    const total = Object.values(versions ?? {}).reduce((sum, count) => sum + count, 0);
    shares.push({ hourMs, share: total === 0 ? undefined : (versions?.[version] ?? 0) / total });
  }
  return shares;
}
