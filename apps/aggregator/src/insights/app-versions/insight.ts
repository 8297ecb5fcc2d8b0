import { defineMetrics } from '@login-pipeline/observability';
import { addCount } from '../counting/distribution.ts';
import type { Counts } from '../counting/distribution.ts';
import type { BoundedValues } from '../counting/bounded-values.ts';
import { distributionRoute, topSamples, VALUES } from '../counting/distribution-insight.ts';
import { asMembers, distributionOf } from '../counting/distribution.ts';
import type { SlotCounts } from '../counting/slot-counts.ts';
import { KEPT_HOUR, keptValues, MERGING, valueRows } from '../counting/value-counts.ts';
import type { Insight } from '../insight.ts';
import { isSeen, see, SIGHTED } from './sightings.ts';
import type { Sighting, VersionTally } from './sightings.ts';
import { versionsRoute } from './versions-route.ts';

const METRICS = defineMetrics({
  app_version_logins: {
    kind: 'gauge',
    unit: 'records',
    help: 'Logins by version of the app: the most frequent ones and other',
    labels: { app_version: 'the 20 most frequent and other' },
  },
});

/** What all partitions say of the versions. */
export interface MergedVersions {
  readonly counts: Counts;
  /** By version; since the beginning only. */
  readonly seen: Map<string, Sighting>;
}

/** Its member of `/insights`. */
const SUMMARY = { appVersions: VALUES };

/** Logins by app version, when each was seen first and last, and how it was taken up from hour to hour. */
export const appVersions: Insight<
  BoundedValues<VersionTally>,
  SlotCounts,
  MergedVersions,
  typeof SUMMARY
> = {
  name: 'app-versions',
  version: 1,
  always: keptValues(SIGHTED),
  cells: KEPT_HOUR,
  fold(values, hour, { appVersion, timeMs }) {
    const tally = values.of(appVersion);
    tally.count += 1;
    see(tally, timeMs, timeMs);
    hour.add(tally.slot);
  },
  merging: {
    empty: () => ({ counts: new Map(), seen: new Map() }),
    addAlways({ counts, seen }, values) {
      MERGING.addAlways(counts, values);
      for (const [version, tally] of values.entries()) {
        const { firstSeenMs, lastSeenMs } = tally;
        if (!isSeen(tally)) continue;
        const known = seen.get(version);
        if (known === undefined) seen.set(version, { firstSeenMs, lastSeenMs });
        else see(known, firstSeenMs, lastSeenMs);
      }
    },
    addCell({ counts }, cell, values) {
      cell.forEach((slot, count) => {
        addCount(counts, values.nameOf(slot), count);
      });
    },
    add({ counts }, other) {
      MERGING.add(counts, other.counts);
    },
  },
  summary: {
    shape: SUMMARY,
    of: ({ merged, maxDistinctValues }) => ({
      appVersions: asMembers(distributionOf(merged.counts, maxDistinctValues)),
    }),
  },
  routes: [
    distributionRoute(
      { path: 'app-versions', summary: 'Logins by app version' },
      ({ merged }) => merged.counts,
    ),
    versionsRoute,
  ],
  gauges: {
    metrics: METRICS,
    refresh({ merged }, metrics) {
      const samples = topSamples(merged.counts, 'app_version', 20);
      metrics.setAll(METRICS.app_version_logins, samples);
    },
  },
  rows: valueRows('app_version', (tally) =>
    isSeen(tally)
      ? { first_seen_ms: tally.firstSeenMs, last_seen_ms: tally.lastSeenMs }
      : undefined,
  ),
};
