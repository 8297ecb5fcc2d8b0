import type { DayUsers, PeriodQuery, PeriodRecount, Span } from './recount-periods.ts';
import { ascending } from './tally.ts';
import type { Tally } from './tally.ts';

/** @returns the body of an answer */
export type Ask = (path: string) => Promise<string>;

interface Estimate {
  readonly estimate: number;
}

interface ValuesAnswer {
  readonly total: number;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly omitted: { readonly values: number; readonly count: number };
}

interface InsightsAnswer {
  readonly period?: Span;
  readonly previous?: Omit<Span, 'userDays'> & {
    readonly total: number;
    readonly distinctUsers: Estimate;
  };
  readonly total: number;
  readonly deviceTypes: Readonly<Record<string, number>>;
  readonly appVersions: Readonly<Record<string, number>>;
  readonly locales: Readonly<Record<string, number>>;
  readonly traffic: { readonly peaks: readonly MinuteCount[] };
  readonly distinctUsers: Estimate;
}

interface MinuteCount {
  readonly minute: string;
  readonly count: number;
}

interface TrafficAnswer {
  readonly minutes: readonly MinuteCount[];
  readonly peaks: readonly MinuteCount[];
}

interface HoursAnswer {
  readonly hours: readonly { readonly hour: string; readonly count: number }[];
}

interface VersionsAnswer {
  readonly versions: readonly Readonly<Record<'version' | 'firstSeen' | 'lastSeen', string>>[];
  readonly hours: readonly {
    readonly hour: string;
    readonly versions: Readonly<Record<string, number>>;
  }[];
}

interface UsersAnswer {
  readonly distinctUsers: Estimate;
  readonly active: Readonly<Record<'day' | 'week' | 'month', Estimate>>;
  readonly days: readonly (Estimate & {
    readonly day: string;
    readonly returning?: Estimate & { readonly standardError: number };
  })[];
}

interface WeekAnswer {
  readonly total: number;
  readonly hours: readonly Readonly<Record<'weekday' | 'hour' | 'count', number>>[];
}

/** Paths of all answers about a period, JSON. */
export const PATHS = [
  '/insights',
  '/insights/device-types',
  '/insights/app-versions',
  '/insights/locales',
  '/insights/traffic',
  '/insights/traffic?resolution=hour',
  '/insights/versions',
  '/insights/users',
  '/insights/week-hours',
] as const;

/** @returns the path with the period in its query */
export function pathOf(path: string, query: PeriodQuery): string {
  if (query === undefined) return path;
  const parameters = new URLSearchParams(query).toString();
  return `${path}${path.includes('?') ? '&' : '?'}${parameters}`;
}

/**
 * @returns what the answers about a period say, in the form of the recount, with estimates for the users
 * @throws Error when two of them contradict each other
 */
export async function answeredOf(ask: Ask, query: PeriodQuery): Promise<PeriodRecount> {
  /** @param T what is read of the answer; nothing checks it but what it is compared with */
  const json = async <T>(path: (typeof PATHS)[number]): Promise<T> =>
    JSON.parse(await ask(pathOf(path, query))) as T;
  const insights = await json<InsightsAnswer>('/insights');
  const { period, previous, total } = insights;
  const distributions = [
    [insights.deviceTypes, await json<ValuesAnswer>('/insights/device-types')],
    [insights.appVersions, await json<ValuesAnswer>('/insights/app-versions')],
    [insights.locales, await json<ValuesAnswer>('/insights/locales')],
  ] as const;
  const [deviceTypes = [], appVersions = [], locales = []] = distributions.map(
    ([members, answer]) => {
      const values = answer.values.map(({ value, count }) => [value, count] as const);
      same('values', ascending(Object.entries(members)), ascending(values));
      same('total', [total, 0], [answer.total, answer.omitted.count]);
      return ascending(values);
    },
  );
  const traffic = await json<TrafficAnswer>('/insights/traffic');
  same('peaks', insights.traffic.peaks, traffic.peaks);
  const hours = await json<HoursAnswer>('/insights/traffic?resolution=hour');
  const versions = await json<VersionsAnswer>('/insights/versions');
  const users = await json<UsersAnswer>('/insights/users');
  same('users', insights.distinctUsers, users.distinctUsers);
  const week = await json<WeekAnswer>('/insights/week-hours');
  same('total', total, week.total);
  same(
    'hours of a week',
    week.hours.map(({ weekday, hour }) => (weekday - 1) * 24 + hour),
    Array.from({ length: 168 }, (_, hour) => hour),
  );
  return {
    period,
    previous: previous && previousOf(previous),
    ...{ total, deviceTypes, appVersions, locales },
    minutes: minutesOf(traffic.minutes),
    peaks: minutesOf(traffic.peaks),
    hours: hours.hours.map(({ hour, count }) => [hour, count]),
    versionHours: ascending(
      versions.hours.flatMap((each) =>
        Object.entries(each.versions).map(([version, count]) => [`${each.hour} ${version}`, count]),
      ),
    ),
    seen: versions.versions
      .map((each) => [each.version, Date.parse(each.firstSeen), Date.parse(each.lastSeen)] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    weekHours: week.hours.map(({ count }) => count),
    users: users.distinctUsers.estimate,
    active: [users.active.day.estimate, users.active.week.estimate, users.active.month.estimate],
    days: users.days.map(dayOf),
  };
}

/** @returns all that is counted, which has no error */
export function exact({ previous, days, ...recount }: PeriodRecount): object {
  return {
    ...recount,
    ...{ users: undefined, active: undefined },
    previous: previous && { ...previous, users: undefined },
    days: days.map(({ day, returning }) => [day, returning !== undefined]),
  };
}

/** @returns the numbers of users, each with a name */
export function usersIn(recount: PeriodRecount): readonly (readonly [string, number])[] {
  const { users, previous, active, days } = recount;
  return [
    ['of the period', users],
    ['of the period before', previous?.users ?? 0],
    ...active.map((count, index) => [`active ${index}`, count] as const),
    ...days.map((each) => [`of ${each.day}`, each.users] as const),
  ];
}

function previousOf({ distinctUsers, ...previous }: NonNullable<InsightsAnswer['previous']>) {
  return { ...previous, users: distinctUsers.estimate };
}

function minutesOf(minutes: readonly MinuteCount[]): Tally {
  return minutes.map(({ minute, count }) => [minute, count]);
}

function dayOf({ day, estimate, returning }: UsersAnswer['days'][number]): DayUsers {
  return {
    ...{ day, users: estimate, returning: returning?.estimate },
    ...(returning !== undefined && { returningError: returning.standardError }),
  };
}

function same(what: string, one: unknown, other: unknown): void {
  const [first, second] = [JSON.stringify(one), JSON.stringify(other)];
  if (first !== second) throw new Error(`${what}: ${first} here, ${second} there`);
}
