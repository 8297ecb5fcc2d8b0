import * as z from 'zod';
import { time } from '../../http/fields.ts';
import { distributionOf, asMembers, OTHER, ranking } from '../counting/distribution.ts';
import { VALUES } from '../counting/distribution-insight.ts';
import type { Asked } from '../insight.ts';
import { route } from '../route.ts';
import type { MergedVersions } from './insight.ts';
import { isoMinute, MINUTES_PER_HOUR } from '../../utc.ts';

/** The answer of `GET /insights/versions`. */
export const VERSIONS = {
  versions: z
    .array(z.object({ version: z.string(), firstSeen: time, lastSeen: time }))
    .describe('Event time of the first and the last login ever, most frequent version first.'),
  hours: z
    .array(
      z.object({ hour: z.string().meta({ examples: ['2024-12-17T18:00Z'] }), versions: VALUES }),
    )
    .describe('Logins by version and UTC hour of event time, ascending.'),
};

/** First and last login of each version, and its adoption by hour. */
export const versionsRoute = route({
  path: 'versions',
  summary: 'First and last login ever of each version, and logins by version and hour',
  query: {},
  shape: VERSIONS,
  prepare({
    merged,
    always,
    from,
    to,
    fromMinute,
    cell,
    maxDistinctValues,
  }: Asked<MergedVersions>) {
    const versions = distributionOf(merged.counts, maxDistinctValues).flatMap(({ value }) => {
      const seen = value === OTHER ? undefined : always.seen.get(value);
      if (seen === undefined) return [];
      const { firstSeenMs, lastSeenMs } = seen;
      return [
        {
          version: value,
          firstSeen: new Date(firstSeenMs).toISOString(),
          lastSeen: new Date(lastSeenMs).toISOString(),
        },
      ];
    });
    const hours: { hour: string; versions: Record<string, number> }[] = [];
    for (
      let hour = Math.max(from, Math.ceil(fromMinute / MINUTES_PER_HOUR));
      hour < to;
      hour += 1
    ) {
      const counts = cell(hour)?.counts;
      if (counts === undefined || counts.size === 0) continue;
      const name = isoMinute(hour * MINUTES_PER_HOUR);
      hours.push({ hour: name, versions: asMembers(ranking(counts)) });
    }
    return {
      answer: () => ({
        key: '',
        json: () => ({ versions, hours }),
        table: () => ({
          columns: ['hour', 'version', 'count'],
          rows: hours.flatMap(({ hour, versions: counts }) =>
            Object.entries(counts).map(([version, count]) => [hour, version, count]),
          ),
        }),
      }),
    };
  },
});
