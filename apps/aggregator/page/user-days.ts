import type { USERS } from '../src/insights/users/users-route.ts';
import type { Answer } from './api.ts';
import { utcDay } from './period.ts';
import { DAY_MS, filled } from './series.ts';
import type { Series } from './series.ts';

export type Users = Answer<typeof USERS>;

/** Users by day, of them those who return as parts of the bars; days without users too. */
export function userSeries(days: Users['days'], nowMs: number): Series {
  const known = days.map(({ day, estimate, returning }) => ({
    timeMs: Date.parse(`${day}T00:00Z`),
    count: estimate,
    // An estimate of a part may come out above that of the whole.
    part: returning === undefined ? undefined : Math.min(returning.estimate, estimate),
  }));
  const times = known.map(({ timeMs }) => timeMs);
  const units =
    known.length === 0
      ? []
      : filled(known, DAY_MS, Math.min(...times), Math.max(...times) + DAY_MS);
  const last = units.at(-1);
  const lastIsPartial = last !== undefined && utcDay(last.timeMs) >= utcDay(nowMs);
  return { unitMs: DAY_MS, units, endMs: (last?.timeMs ?? 0) + DAY_MS, lastIsPartial };
}
