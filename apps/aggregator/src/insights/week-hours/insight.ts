import * as z from 'zod';
import { count } from '../../http/fields.ts';
import type { Asked, Insight } from '../insight.ts';
import { NOTHING } from '../nothing.ts';
import { route } from '../route.ts';
import { HOURS_PER_DAY } from '../../utc.ts';

const DAYS_PER_WEEK = 7;
const HOURS = DAYS_PER_WEEK * HOURS_PER_DAY;
/** 1 January 1970 was a Thursday: so many hours after the begin of its week. */
const EPOCH_HOUR = 3 * HOURS_PER_DAY;

/** Logins by hour of the week, from Monday, 00:00 UTC. */
type WeekHours = Float64Array;

/** The answer of `GET /insights/week-hours`. */
export const WEEK_HOURS = {
  total: count.describe('Counted logins.'),
  hours: z
    .array(
      z.object({
        weekday: z.int().min(1).max(DAYS_PER_WEEK).describe('Monday is 1 (ISO 8601).'),
        hour: z.int().min(0).max(23),
        count,
      }),
    )
    .describe('Logins by weekday and hour of event time, UTC: all hours of a week, in order.'),
};

/** When people log in: by weekday and hour. */
export const weekHours: Insight<WeekHours, undefined, WeekHours> = {
  name: 'week-hours',
  version: 1,
  always: {
    holds: '168 counts, from Monday 00:00 on',
    empty: () => new Float64Array(HOURS),
    write(hours, writer) {
      for (const logins of hours) writer.uint(logins);
    },
    read: (reader) => Float64Array.from({ length: HOURS }, () => reader.uint()),
  },
  cells: { ...NOTHING, of: 'hour', holds: 'nothing; its logins are enough' },
  fold(hours, _cell, { hour }) {
    addTo(hours, hourOfWeek(hour), 1);
  },
  merging: {
    empty: () => new Float64Array(HOURS),
    addAlways: addAll,
    addCell(into, _cell, _hours, hour, counted) {
      addTo(into, hourOfWeek(hour), counted);
    },
    add: addAll,
  },
  routes: [
    route({
      path: 'week-hours',
      summary: 'Logins by weekday and hour of event time: all 168, Monday is 1',
      query: {},
      shape: WEEK_HOURS,
      prepare({ merged }: Asked<WeekHours>) {
        const hours = Array.from(merged, (logins, index) => ({
          weekday: Math.floor(index / HOURS_PER_DAY) + 1,
          hour: index % HOURS_PER_DAY,
          count: logins,
        }));
        const total = hours.reduce((sum, each) => sum + each.count, 0);
        return {
          answer: () => ({
            key: '',
            json: () => ({ total, hours }),
            table: () => ({
              columns: ['weekday', 'hour', 'count'],
              rows: hours.map(({ weekday, hour, count: logins }) => [weekday, hour, logins]),
            }),
          }),
        };
      },
    }),
  ],
};

/** @param hour since the epoch */
function hourOfWeek(hour: number): number {
  return (hour + EPOCH_HOUR) % HOURS;
}

function addTo(hours: WeekHours, at: number, logins: number): void {
  hours[at] = (hours[at] ?? 0) + logins;
}

function addAll(into: WeekHours, other: WeekHours): void {
  other.forEach((logins, at) => {
    addTo(into, at, logins);
  });
}
