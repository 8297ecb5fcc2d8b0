import { outcomesOf } from './counted-logins.ts';
import type { CountedLogin } from './counted-logins.ts';
import { tally } from './tally.ts';
import type { Tally } from './tally.ts';
import type { ReadRecord } from './topic-reader.ts';

/** A span of event time, as a query names it; undefined: since the beginning. */
export type PeriodQuery =
  { readonly last: '1h' | '24h' | '7d' | '30d' } | { readonly day: string } | undefined;

/** Such as `2024-12-17T18:00Z`, the end not included; the days of the users as `2024-12-17`, both included. */
export interface Span {
  readonly from: string;
  readonly to: string;
  readonly userDays: { readonly from: string; readonly to: string };
  /** Nothing of its hours was forgotten, nor of the days of its users. */
  readonly complete: boolean;
}

/** The users of one UTC day. */
export interface DayUsers {
  readonly day: string;
  readonly users: number;
  /** Who of them was there on one of the seven days before; undefined where these are not kept. */
  readonly returning: number | undefined;
  /** Of `returning` where that is an estimate: its standard error, in users. */
  readonly returningError?: number;
}

/** What the aggregator has to answer about a span of time, with exact numbers of users. */
export interface PeriodRecount {
  readonly period: Span | undefined;
  readonly previous: (Omit<Span, 'userDays'> & PreviousTotals) | undefined;
  readonly total: number;
  readonly deviceTypes: Tally;
  readonly appVersions: Tally;
  readonly locales: Tally;
  /** By UTC minute, such as `2024-12-17T18:47Z`. */
  readonly minutes: Tally;
  /** The five busiest, busiest first, of equal ones the earlier first. */
  readonly peaks: Tally;
  /** By UTC hour, such as `2024-12-17T18:00Z`. */
  readonly hours: Tally;
  /** By UTC hour and version, such as `2024-12-17T18:00Z 2.0.0`. */
  readonly versionHours: Tally;
  /** Of each version of the span, event time of its first and last login ever, epoch ms; ascending by version. */
  readonly seen: readonly (readonly [version: string, firstMs: number, lastMs: number])[];
  /** From Monday, 00:00 UTC: 168. */
  readonly weekHours: readonly number[];
  readonly users: number;
  /** Users of 1, 7 and 30 days, of which the last is today. */
  readonly active: readonly [number, number, number];
  readonly days: readonly DayUsers[];
}

interface PreviousTotals {
  readonly total: number;
  readonly users: number;
}

/** Hours and days since the epoch; the ends are not included. */
interface Bounds {
  readonly hours: readonly [number, number];
  readonly days: readonly [number, number];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Without a period: TRAFFIC_RETENTION_MINUTES by default. */
const SHOWN_MINUTES = 1_440;
const PEAKS = 5;
const RETURNING_DAYS = 7;
const HOURS: Readonly<Record<string, number>> = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 };

/**
 * Counts the processed logins of a span by brute force and by the contract alone.
 *
 * @param records of all partitions, in order within each
 * @param nowMs when they were counted, and the question was asked
 */
export function recountPeriod(
  records: readonly ReadRecord[],
  query: PeriodQuery,
  nowMs: number,
): PeriodRecount {
  const { counted, oldestDays } = outcomesOf(records, nowMs);
  // What a partition keeps by hour and day ends with its own newest day.
  const kept = counted.filter((login) => dayOf(login) >= (oldestDays.get(login.partition) ?? 0));
  const keptFrom = Math.max(0, ...oldestDays.values());
  const bounds = query && boundsOf(query, nowMs);
  const within = (logins: readonly CountedLogin[], [from, to]: Bounds['hours']) =>
    logins.filter(({ timeMs }) => timeMs >= from * HOUR && timeMs < to * HOUR);
  const usersOf = ([from, to]: Bounds['days']): ReadonlySet<string> =>
    new Set(within(kept, [from * 24, to * 24]).map(({ user }) => user));
  const spanOf = ({ hours, days }: Bounds): Span => ({
    ...{ from: isoMinute(hours[0] * HOUR), to: isoMinute(hours[1] * HOUR) },
    userDays: { from: isoDay(days[0]), to: isoDay(days[1] - 1) },
    complete: hours[0] >= keptFrom * 24 && days[0] >= keptFrom,
  });
  const totalsOf = (span: Bounds): PreviousTotals & Omit<Span, 'userDays'> => {
    const { from, to, complete } = spanOf(span);
    const total = within(kept, span.hours).length;
    return { from, to, complete, total, users: usersOf(span.days).size };
  };
  const logins = bounds === undefined ? counted : within(kept, bounds.hours);
  const timed = bounds === undefined ? newestMinutes(counted) : logins;
  const minutes = tally(timed.map(({ timeMs }) => isoMinute(timeMs)));
  const today = Math.floor(nowMs / DAY);
  const days = [...new Set(kept.map(dayOf))]
    .filter((day) => bounds === undefined || (day >= bounds.days[0] && day < bounds.days[1]))
    .toSorted((one, other) => one - other);
  return {
    period: bounds && spanOf(bounds),
    previous: bounds && totalsOf(before(bounds)),
    total: logins.length,
    deviceTypes: tally(logins.map(({ deviceType }) => deviceType)),
    appVersions: tally(logins.map(({ appVersion }) => appVersion)),
    locales: tally(logins.map(({ locale }) => locale)),
    minutes,
    peaks: minutes.toSorted(([, one], [, other]) => other - one).slice(0, PEAKS),
    hours: tally(timed.map(hourOf)),
    versionHours: tally(
      wholeHours(timed, bounds).map((login) => `${hourOf(login)} ${login.appVersion}`),
    ),
    seen: sightings(counted, new Set(logins.map(({ appVersion }) => appVersion))),
    weekHours: weekHours(logins),
    users: bounds === undefined ? distinct(counted) : usersOf(bounds.days).size,
    active: [
      usersOf([today, today + 1]).size,
      usersOf([today - 6, today + 1]).size,
      usersOf([today - 29, today + 1]).size,
    ],
    days: days.map((day) => {
      const users = usersOf([day, day + 1]);
      const known = usersOf([day - RETURNING_DAYS, day]);
      const returning = [...users].filter((user) => known.has(user)).length;
      const isKept = day - RETURNING_DAYS >= keptFrom;
      return { day: isoDay(day), users: users.size, returning: isKept ? returning : undefined };
    }),
  };
}

/** Wall clock, UTC: the last hours with this one; a day from midnight to midnight. */
function boundsOf(query: NonNullable<PeriodQuery>, nowMs: number): Bounds {
  if ('day' in query) {
    const day = Date.parse(query.day) / DAY;
    return { hours: [day * 24, day * 24 + 24], days: [day, day + 1] };
  }
  const count = HOURS[query.last] ?? NaN;
  const [nextHour, nextDay] = [Math.floor(nowMs / HOUR) + 1, Math.floor(nowMs / DAY) + 1];
  return {
    hours: [nextHour - count, nextHour],
    days: [nextDay - Math.max(1, count / 24), nextDay],
  };
}

/** @returns as many hours and days before */
function before({ hours, days }: Bounds): Bounds {
  return {
    hours: [2 * hours[0] - hours[1], hours[0]],
    days: [2 * days[0] - days[1], days[0]],
  };
}

/** Counted back from the newest minute of all. */
function newestMinutes(logins: readonly CountedLogin[]): readonly CountedLogin[] {
  const newest = logins.reduce((latest, { timeMs }) => Math.max(latest, timeMs), -1);
  const fromMs = (Math.floor(newest / MINUTE) - SHOWN_MINUTES + 1) * MINUTE;
  return logins.filter(({ timeMs }) => timeMs >= fromMs);
}

/** Without a period the first hour of the minutes is shown only if it begins with them. */
function wholeHours(
  logins: readonly CountedLogin[],
  bounds: Bounds | undefined,
): readonly CountedLogin[] {
  if (bounds !== undefined || logins.length === 0) return logins;
  const newest = logins.reduce((latest, { timeMs }) => Math.max(latest, timeMs), -1);
  const firstMinute = Math.floor(newest / MINUTE) - SHOWN_MINUTES + 1;
  return logins.filter(({ timeMs }) => timeMs >= Math.ceil(firstMinute / 60) * HOUR);
}

function sightings(
  logins: readonly CountedLogin[],
  versions: ReadonlySet<string>,
): PeriodRecount['seen'] {
  return [...versions].toSorted(byText).map((version) => {
    const times = logins.filter((login) => login.appVersion === version);
    return [
      version,
      times.reduce((first, { timeMs }) => Math.min(first, timeMs), Infinity),
      times.reduce((last, { timeMs }) => Math.max(last, timeMs), -Infinity),
    ];
  });
}

function weekHours(logins: readonly CountedLogin[]): readonly number[] {
  const hours = new Array<number>(168).fill(0);
  for (const { timeMs } of logins) {
    const time = new Date(timeMs);
    // Sunday is 0 of a Date and the last day of an ISO week.
    const index = ((time.getUTCDay() + 6) % 7) * 24 + time.getUTCHours();
    hours[index] = (hours[index] ?? 0) + 1;
  }
  return hours;
}

function distinct(logins: readonly CountedLogin[]): number {
  return new Set(logins.map(({ user }) => user)).size;
}

function dayOf({ timeMs }: CountedLogin): number {
  return Math.floor(timeMs / DAY);
}

function hourOf({ timeMs }: CountedLogin): string {
  return isoMinute(Math.floor(timeMs / HOUR) * HOUR);
}

function isoMinute(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16)}Z`;
}

function isoDay(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
