import { outcomesOf } from './counted-logins.ts';
import type { CountedLogin } from './counted-logins.ts';
import { tally } from './tally.ts';
import type { Tally } from './tally.ts';
import type { ReadRecord } from './topic-reader.ts';

/** What the aggregator has to answer about a topic. */
export interface Recount {
  readonly total: number;
  readonly deviceTypes: Tally;
  readonly appVersions: Tally;
  readonly locales: Tally;
  /** By UTC minute, such as `2024-12-17T18:47Z`: the last day of them. */
  readonly minutes: Tally;
  readonly expired: number;
  readonly invalid: number;
  readonly future: number;
}

/** What the rows of a topic of counts have to say by day: of the days that every partition keeps. */
export interface DayRecount {
  /** By UTC day and value, such as `2024-12-17/iOS`. */
  readonly deviceTypes: Tally;
  readonly appVersions: Tally;
  readonly locales: Tally;
}

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** TRAFFIC_RETENTION_MINUTES by default. */
const SHOWN_MINUTES = 1_440;

/**
 * Counts processed logins by brute force and by the contract alone, as {@link outcomesOf} takes them.
 *
 * @param records of all partitions, in order within each
 * @param nowMs when they were counted
 */
export function recount(records: readonly ReadRecord[], nowMs = Date.now()): Recount {
  const { counted, expired, invalid, future } = outcomesOf(records, nowMs);
  const minutes = counted.map(({ timeMs }) => Math.floor(timeMs / MINUTE));
  const newest = minutes.reduce((one, other) => Math.max(one, other), -1);
  return {
    total: counted.length,
    deviceTypes: tally(counted.map(({ deviceType }) => deviceType)),
    appVersions: tally(counted.map(({ appVersion }) => appVersion)),
    locales: tally(counted.map(({ locale }) => locale)),
    minutes: tally(minutes.filter((minute) => minute > newest - SHOWN_MINUTES).map(iso)),
    expired,
    invalid,
    future,
  };
}

/** The same by UTC day of event time. */
export function recountDays(records: readonly ReadRecord[], nowMs = Date.now()): DayRecount {
  const { counted, oldestDays } = outcomesOf(records, nowMs);
  const keptFromMs = Math.max(0, ...oldestDays.values()) * DAY;
  const kept = counted.filter(({ timeMs }) => timeMs >= keptFromMs);
  const byDay = (valueOf: (login: CountedLogin) => string): Tally =>
    tally(kept.map((login) => `${isoDay(login.timeMs)}/${valueOf(login)}`));
  return {
    deviceTypes: byDay(({ deviceType }) => deviceType),
    appVersions: byDay(({ appVersion }) => appVersion),
    locales: byDay(({ locale }) => locale),
  };
}

function isoDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

function iso(minute: number): string {
  return `${new Date(minute * MINUTE).toISOString().slice(0, 16)}Z`;
}
