import { isUtf8 } from 'node:buffer';
import { faultyMember } from './login-rules.ts';
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
    if (login === undefined) {
      invalid += 1;
      continue;
    }
    const timeMs = timeOf(login['timestamp']);
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

/** @returns the members, or undefined when the value is no processed login */
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
  return login['processed'] === true && faultyMember(login) === undefined ? login : undefined;
}

/** @returns epoch milliseconds */
function timeOf(timestamp: unknown): number {
  const time = Number(timestamp);
  return Math.floor(time < FIRST_MILLISECONDS ? time * 1_000 : time);
}

function shown(deviceType: string): string {
  const lower = deviceType.toLowerCase();
  return lower === 'ios' ? 'iOS' : lower;
}
