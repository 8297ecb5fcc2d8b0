import { isUtf8 } from 'node:buffer';
import { isIP } from 'node:net';
import type { ReadRecord } from './topic-reader.ts';

/** A login that counts. */
export interface CountedLogin {
  readonly partition: number;
  /** Without regard to case. */
  readonly user: string;
  readonly deviceType: string;
  readonly appVersion: string;
  readonly locale: string;
  /** Event time, epoch ms. */
  readonly timeMs: number;
}

/** What became of the records of a topic. */
export interface Outcomes {
  /** In the order of the records. */
  readonly counted: readonly CountedLogin[];
  /** How many. */
  readonly expired: number;
  readonly invalid: number;
  /** Of `invalid`. */
  readonly future: number;
  /** By partition, the first UTC day of event time, since the epoch, that it still keeps. */
  readonly oldestDays: ReadonlyMap<number, number>;
}

const FIRST_MILLISECONDS = 100_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** UTC days before the newest one with logins that are kept: INSIGHT_RETENTION_DAYS by default. */
const RETENTION_DAYS = 31;
const LATEST_MS = 8.64e15;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Tells by the contract alone which processed logins count. Records without a timestamp, or with
 * one that lies ahead, are taken for written now: of a partition that has older ones too, that says
 * too little.
 *
 * @param records of all partitions, in order within each
 * @param nowMs when they were counted
 */
export function outcomesOf(records: readonly ReadRecord[], nowMs: number): Outcomes {
  const counted: CountedLogin[] = [];
  const oldestDays = new Map<number, number>();
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
    const day = Math.floor(timeMs / DAY);
    const oldest = oldestDays.get(partition) ?? 0;
    if (day < oldest) {
      expired += 1;
      continue;
    }
    oldestDays.set(partition, Math.max(oldest, day - RETENTION_DAYS));
    counted.push({
      ...{ partition, timeMs },
      user: String(login['user_id']).toLowerCase(),
      deviceType: shown(String(login['device_type'])),
      appVersion: String(login['app_version']),
      locale: String(login['locale']),
    });
  }
  return { counted, expired, invalid, future, oldestDays };
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
