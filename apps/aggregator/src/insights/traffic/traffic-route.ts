import * as z from 'zod';
import { count, minute, timeBound, whole } from '../../http/fields.ts';
import type { Asked } from '../insight.ts';
import { JsonRows, route } from '../route.ts';
import { minutesOf } from './minute-counts.ts';
import type { MergedMinutes, MinuteCount } from './minute-counts.ts';
import { MinuteRows } from './minute-rows.ts';
import { isoMinute, minuteOf, MINUTES_PER_HOUR } from '../../utc.ts';

export const DEFAULT_PEAKS = 5;

/** The query of `GET /insights/traffic`, beside the period. */
export const TRAFFIC_QUERY = {
  from: timeBound('First minute to give, UTC; default: as far back as remembered.'),
  to: timeBound('Last minute to give, UTC, itself included; default: the newest.'),
  peaks: whole(10_000).meta({ description: 'How many peaks to give at most; default: 5.' }),
  resolution: z
    .enum(['minute', 'hour'], { error: '`minute` or `hour` is expected' })
    .optional()
    .meta({ description: 'Whether to give `minutes` or `hours`; default: minute.' }),
};

/** The answer of `GET /insights/traffic`. */
export const TRAFFIC = {
  minutes: z
    .array(z.object({ minute, count }))
    .optional()
    .describe('Minutes with logins, ascending; absent when hours are asked for.'),
  hours: z
    .array(z.object({ hour: minute, count }))
    .optional()
    .describe('Hours with logins, ascending; present when they are asked for.'),
  peaks: z
    .array(z.object({ minute, count }))
    .describe('The busiest of these minutes, busiest first.'),
};

/** Logins per minute of event time, and its peaks. */
export const trafficRoute = route({
  path: 'traffic',
  summary:
    'Logins by minute or hour of event time, those with logins only, and the busiest minutes',
  query: TRAFFIC_QUERY,
  shape: TRAFFIC,
  prepare(asked: Asked<MergedMinutes>) {
    const minutes = new MinuteRows(minutesOf(asked), 'minute');
    const hours = new MinuteRows(hoursOf(minutes.counts), 'hour');
    return {
      answer({ from, to, peaks, resolution = 'minute' }) {
        const first = from === undefined ? -Infinity : minuteOf(from);
        const last = to === undefined ? Infinity : minuteOf(to);
        // Times between which the same minutes lie ask the same.
        const range = minutes.range(first, last);
        const shown = resolution === 'minute' ? minutes : hours;
        const firstShown = resolution === 'minute' ? first : hourBegin(first);
        const { begin, end } = shown.range(firstShown, last);
        const atMostPeaks = Math.min(peaks ?? DEFAULT_PEAKS, range.end - range.begin);
        const key = [resolution, begin, end, range.begin, range.end, atMostPeaks];
        return {
          key: key.join(' '),
          json: () => ({
            [`${resolution}s`]: new JsonRows(shown.rows.slice(begin, end)),
            peaks: new JsonRows(minutes.peaks(range, atMostPeaks)),
          }),
          table: () => ({
            columns: [resolution, 'count'],
            rows: shown.counts.slice(begin, end).map((row) => [isoMinute(row.minute), row.count]),
          }),
        };
      },
    };
  },
});

/** @returns the sums of minutes by hour, each at the hour's first minute */
function hoursOf(minutes: readonly MinuteCount[]): MinuteCount[] {
  const hours = new Map<number, number>();
  for (const each of minutes) {
    const begin = hourBegin(each.minute);
    hours.set(begin, (hours.get(begin) ?? 0) + each.count);
  }
  return [...hours].map(([begin, logins]) => ({ minute: begin, count: logins }));
}

function hourBegin(at: number): number {
  return Math.floor(at / MINUTES_PER_HOUR) * MINUTES_PER_HOUR;
}
