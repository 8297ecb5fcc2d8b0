import { defineMetrics } from '@login-pipeline/observability';
import * as z from 'zod';
import { count, minute } from '../../http/fields.ts';
import type { Insight } from '../insight.ts';
import { NOTHING } from '../nothing.ts';
import { addMinutes, KEPT_MINUTES } from './minute-counts.ts';
import type { HourMinutes, MergedMinutes } from './minute-counts.ts';
import { peaks } from './peaks.ts';
import { DEFAULT_PEAKS, trafficRoute } from './traffic-route.ts';
import { isoHour, isoMinute, MINUTES_PER_HOUR } from '../../utc.ts';

const METRICS = defineMetrics({
  insights_peak_logins_per_minute: {
    kind: 'gauge',
    unit: 'records',
    help: 'Logins in the busiest minute of event time, of those that TRAFFIC_RETENTION_MINUTES shows',
  },
});

/** Its member of `/insights`. */
const SUMMARY = {
  traffic: z.object({
    peaks: z
      .array(z.object({ minute, count }))
      .describe('The busiest minutes of event time, busiest first.'),
  }),
};

/** Logins by minute of event time. Hours without a period are those of TRAFFIC_RETENTION_MINUTES. */
export const traffic: Insight<undefined, HourMinutes, MergedMinutes, typeof SUMMARY> = {
  name: 'traffic',
  version: 1,
  always: NOTHING,
  cells: KEPT_MINUTES,
  fold(_always, hour, login) {
    const index = login.minute - login.hour * MINUTES_PER_HOUR;
    hour[index] = (hour[index] ?? 0) + 1;
  },
  merging: {
    empty: () => new Float64Array(MINUTES_PER_HOUR),
    addAlways: () => undefined,
    addCell: addMinutes,
    add: addMinutes,
  },
  summary: {
    shape: SUMMARY,
    of: (asked) => ({
      traffic: {
        peaks: peaks(asked, DEFAULT_PEAKS).map((peak) => ({
          minute: isoMinute(peak.minute),
          count: peak.count,
        })),
      },
    }),
  },
  routes: [trafficRoute],
  gauges: {
    metrics: METRICS,
    refresh(asked, metrics) {
      const [busiest] = peaks(asked, 1);
      metrics.set(METRICS.insights_peak_logins_per_minute, {}, busiest?.count ?? 0);
    },
  },
  rows: {
    insight: 'minute',
    isOfTime: true,
    ofDay(cell, hour, _always, visit) {
      const begin = isoHour(hour).slice(0, -3);
      cell.forEach((logins, index) => {
        if (logins > 0) visit(`${begin}${String(index).padStart(2, '0')}Z`, logins);
      });
    },
  },
};
