import { isUtf8 } from 'node:buffer';
import { isIP } from 'node:net';
import type { ReadRecord } from './topic-reader.ts';

/** How many of each value, ascending by value. A list, because `__proto__` is a value too. */
export type Tally = readonly (readonly [value: string, count: number])[];

/** What the aggregator has to answer about a topic. */
export interface Recount {
  readonly total: number;
  readonly deviceTypes: Tally;
  readonly appVersions: Tally;
  readonly locales: Tally;
  /** By UTC minute, such as `2024-12-17T18:47Z`. */
  readonly minutes: Tally;
  readonly expired: number;
  readonly invalid: number;
  readonly future: number;
}

interface CountedLogin {
  readonly deviceType: string;
  readonly appVersion: string;
  readonly locale: string;
  /** Minutes since the epoch. */
  readonly minute: number;
}

const FIRST_MILLISECONDS = 100_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WINDOW_MINUTES = 1_440;
const LATEST_MS = 8.64e15;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Counts processed logins by brute force and by the contract alone. Records without a timestamp, or with one that lies
 * ahead, are taken for written now: of a partition that has older ones too, that says too little.
 *
 * @param records of all partitions, in order within each
 * @param nowMs when they were counted
 */
export function recount(records: readonly ReadRecord[], nowMs = Date.now()): Recount {
  const counted: CountedLogin[] = [];
  const oldest = new Map<number, number>();
  let [expired, invalid, future] = [0, 0, 0];
  for (const { partition, value, timestamp } of records) {
    const login = decode(value);
    const timeMs = login === undefined ? NaN : timeOf(login['timestamp']);
    if (login === undefined || Number.isNaN(timeMs)) {
      invalid += 1;
      continue;
    }
    const stamp = Number(timestamp);
    const writtenMs = stamp >= 0 && stamp <= nowMs ? stamp : nowMs;
    if (timeMs > writtenMs + HOUR) {
      invalid += 1;
      future += 1;
      continue;
    }
    const minute = Math.floor(timeMs / MINUTE);
    const limit = oldest.get(partition) ?? 0;
    if (minute < limit) {
      expired += 1;
      continue;
    }
    oldest.set(partition, Math.max(limit, minute - WINDOW_MINUTES + 1));
    counted.push({
      deviceType: shown(String(login['device_type'])),
      appVersion: String(login['app_version']),
      locale: String(login['locale']),
      minute,
    });
  }
  const firstMinute = Math.max(...oldest.values());
  const remembered = counted.filter(({ minute }) => minute >= firstMinute);
  return {
    total: counted.length,
    deviceTypes: tally(counted.map(({ deviceType }) => deviceType)),
    appVersions: tally(counted.map(({ appVersion }) => appVersion)),
    locales: tally(counted.map(({ locale }) => locale)),
    minutes: tally(remembered.map(({ minute }) => iso(minute))),
    expired,
    invalid,
    future,
  };
}

/** @returns how often each value occurs */
export function tally(values: readonly string[]): Tally {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return ascending([...counts]);
}

/** Sorts by value, in the order of UTF-16 code units. */
export function ascending(counts: Tally): Tally {
  return counts.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** @returns the members, or undefined when the value is no processed login; the time is not looked at */
function decode(value: Buffer | null): Readonly<Record<string, unknown>> | undefined {
  if (value === null || !isUtf8(value)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString());
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const login = parsed as Readonly<Record<string, unknown>>;
  const { user_id: user, ip } = login;
  const valid =
    login['processed'] === true &&
    typeof user === 'string' &&
    UUID.test(user) &&
    typeof ip === 'string' &&
    isIP(ip) !== 0 &&
    [login['app_version'], login['device_type'], login['locale']].every(isShortText);
  return valid ? login : undefined;
}

function isShortText(member: unknown): boolean {
  return typeof member === 'string' && member !== '' && Array.from(member).length <= 64;
}

/** @returns epoch milliseconds; NaN when it is no time */
function timeOf(timestamp: unknown): number {
  const isTime =
    typeof timestamp === 'number' ||
    (typeof timestamp === 'string' && /^\d+(?:\.\d+)?$/.test(timestamp));
  const time = isTime ? Number(timestamp) : NaN;
  if (time < 0 || time > LATEST_MS) return NaN;
  return Math.floor(time < FIRST_MILLISECONDS ? time * 1_000 : time);
}

function shown(deviceType: string): string {
  const lower = deviceType.toLowerCase();
  return lower === 'ios' ? 'iOS' : lower;
}

function iso(minute: number): string {
  return `${new Date(minute * MINUTE).toISOString().slice(0, 16)}Z`;
}
