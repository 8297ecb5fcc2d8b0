import type { z } from 'zod';
import { isoMinute, peaks } from '../insights/index.ts';
import type {
  Distribution,
  Insights,
  Ledger,
  LedgerEntry,
  MinuteCount,
} from '../insights/index.ts';
import type { AnswerRows, TrafficRange } from './answer-rows.ts';
import type { DISTRIBUTION, INSIGHTS, LEDGER, TRAFFIC, VERSIONS } from './schemas.ts';

export const DEFAULT_PEAKS = 5;
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

/** The body of one distribution's route: its first values, cut from the rows of all. */
export function distributionAnswer(
  insights: Insights,
  rows: AnswerRows,
  dimension: Dimension,
  limit: number,
): string {
  const all = insights[dimension];
  const omitted = all.slice(limit);
  return members({
    ...basis(insights),
    total: insights.total,
    values: new Rows(rows.values(all).slice(0, limit)),
    omitted: {
      values: omitted.length,
      count: omitted.reduce((sum, { count }) => sum + count, 0),
    },
  } satisfies Serialised<z.infer<typeof DISTRIBUTION>, 'values'>);
}

/** The body of `GET /insights/traffic`: a range of the minutes, cut from the rows of all. */
export function trafficAnswer(
  insights: Insights,
  rows: AnswerRows,
  range: TrafficRange,
  atMostPeaks: number,
): string {
  return members({
    ...basis(insights),
    minutes: new Rows(rows.minutes.slice(range.begin, range.end)),
    peaks: new Rows(rows.peaks(range, atMostPeaks)),
  } satisfies Serialised<z.infer<typeof TRAFFIC>, 'minutes' | 'peaks'>);
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

/** A list whose rows are JSON already. */
class Rows {
  readonly #rows: readonly string[];

  constructor(rows: readonly string[]) {
    this.#rows = rows;
  }

  toString(): string {
    return `[${this.#rows.join()}]`;
  }
}

/** An answer of which some lists are JSON already. */
type Serialised<Answer, Lists extends keyof Answer> = Omit<Answer, Lists> & Record<Lists, Rows>;

function members(answer: object): string {
  const texts = Object.entries(answer).map(([name, value]: [string, unknown]) => {
    const text = value instanceof Rows ? value.toString() : JSON.stringify(value);
    return `"${name}":${text}`;
  });
  return `{${texts.join()}}`;
}

/** The minute that holds the time; a day that its month has not, such as 30 February, runs over into the next month. */
export function minuteOf(time: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = time.split(/\D/).map(Number);
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  return midnight / MS_PER_MINUTE + hour * MINUTES_PER_HOUR + minute;
}
