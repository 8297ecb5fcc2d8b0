import type { z } from 'zod';
import { isoMinute, peaks } from '../insights/index.ts';
import type {
  Distribution,
  Insights,
  Ledger,
  LedgerEntry,
  MinuteCount,
} from '../insights/index.ts';
import type { DISTRIBUTION, INSIGHTS, LEDGER, TRAFFIC, VERSIONS } from './schemas.ts';

const DEFAULT_PEAKS = 5;
const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;
const MINUTES_PER_HOUR = 60;

export type Dimension = 'deviceTypes' | 'appVersions' | 'locales';

/** The body of `GET /insights`. */
export function insightsAnswer(insights: Insights): z.infer<typeof INSIGHTS> {
  return {
    ...basis(insights),
    total: insights.total,
    deviceTypes: counts(insights.deviceTypes),
    appVersions: counts(insights.appVersions),
    locales: counts(insights.locales),
    traffic: { peaks: minutes(peaks(insights.traffic, DEFAULT_PEAKS)) },
    distinctUsers: insights.distinctUsers,
    loginsPerUserPerDay: insights.loginsPerUserPerDay.map(({ day, users, sampledUsers }) => ({
      day: new Date(day * MS_PER_DAY).toISOString().split('T', 1)[0] ?? '',
      users: Object.fromEntries(users.map((bucket) => [bucket.logins, bucket.users])) as Record<
        (typeof users)[number]['logins'],
        number
      >,
      sampledUsers,
    })),
    expired: insights.expired,
    invalid: insights.invalid,
    future: insights.future,
  };
}

/** The body of one distribution's route. */
export function distributionAnswer(
  insights: Insights,
  dimension: Dimension,
  query: { readonly limit?: number | undefined },
): z.infer<typeof DISTRIBUTION> {
  const all = insights[dimension];
  const values = all.slice(0, query.limit);
  const omitted = all.slice(values.length);
  return {
    ...basis(insights),
    total: insights.total,
    values,
    omitted: {
      values: omitted.length,
      count: omitted.reduce((sum, { count }) => sum + count, 0),
    },
  };
}

/** The body of `GET /insights/traffic`; the times are the query's, as validated. */
export function trafficAnswer(
  insights: Insights,
  query: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly peaks?: number | undefined;
  },
): z.infer<typeof TRAFFIC> {
  const from = query.from === undefined ? -Infinity : minuteOf(query.from);
  const to = query.to === undefined ? Infinity : minuteOf(query.to);
  const chosen = insights.traffic.filter(({ minute }) => minute >= from && minute <= to);
  return {
    ...basis(insights),
    minutes: minutes(chosen),
    peaks: minutes(peaks(chosen, query.peaks ?? DEFAULT_PEAKS)),
  };
}

/** The body of `GET /insights/versions`. */
export function versionsAnswer(insights: Insights): z.infer<typeof VERSIONS> {
  return {
    ...basis(insights),
    versions: insights.versionSightings.map(({ version, firstSeenMs, lastSeenMs }) => ({
      version,
      firstSeen: new Date(firstSeenMs).toISOString(),
      lastSeen: new Date(lastSeenMs).toISOString(),
    })),
    hours: insights.versionsByHour.map(({ hour, versions }) => ({
      hour: isoMinute(hour * MINUTES_PER_HOUR),
      versions: counts(versions),
    })),
  };
}

/** The body of `GET /ledger`. */
export function ledgerAnswer(ledger: Ledger): z.infer<typeof LEDGER> {
  const total = { consumed: 0, counted: 0, expired: 0, invalid: 0, future: 0, unaccounted: 0 };
  const entries = ledger.partitions.map(({ partition, nextOffset, ...entry }) => {
    for (const name of LEDGER_MEMBERS) total[name] += entry[name];
    return [partition, { ...entry, nextOffset: nextOffset.toString() }] as const;
  });
  return { complete: ledger.complete, partitions: Object.fromEntries(entries), total };
}

const LEDGER_MEMBERS = [
  'consumed',
  'counted',
  'expired',
  'invalid',
  'future',
  'unaccounted',
] as const satisfies readonly (keyof LedgerEntry)[];

function basis({ complete, asOf }: Insights): Pick<z.infer<typeof INSIGHTS>, 'complete' | 'asOf'> {
  return {
    complete,
    asOf: {
      partitions: Object.fromEntries(
        asOf.partitions.map(({ partition, nextOffset }) => [partition, nextOffset.toString()]),
      ),
      time: asOf.timeMs === undefined ? null : new Date(asOf.timeMs).toISOString(),
    },
  };
}

/** Own members by definition, so that `__proto__` is a value like any other. */
function counts(distribution: Distribution): Record<string, number> {
  return Object.fromEntries(distribution.map(({ value, count }) => [value, count]));
}

function minutes(traffic: readonly MinuteCount[]): z.infer<typeof TRAFFIC>['minutes'] {
  return traffic.map(({ minute, count }) => ({ minute: isoMinute(minute), count }));
}

/** The minute that holds the time; a day that its month has not, such as 30 February, runs over into the next month. */
function minuteOf(time: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = time.split(/\D/).map(Number);
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  return midnight / MS_PER_MINUTE + hour * MINUTES_PER_HOUR + minute;
}
