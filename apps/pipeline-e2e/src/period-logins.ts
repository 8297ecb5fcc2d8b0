import { aLogin } from '@login-pipeline/schema/testing';
import type { NewRecord } from './cluster.ts';
import { SeededRandom } from './seeded-random.ts';

/** What is written for a test of periods. */
export interface PeriodLoad {
  readonly count: number;
  readonly partitions: number;
  /** UTC days of event time, of which the last is today. */
  readonly days: number;
  readonly users: number;
  readonly seed: number;
  /** When they are written: the logins end there, epoch ms. */
  readonly nowMs: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TOO_LATE_DAYS = 40;
const VERSIONS = ['2.0.0', '2.3.0', '1.9.4', '10', '__proto__'];
const DEVICES = ['android', 'iOS', 'Android', 'IOS', 'web'];
const LOCALES = ['TX', 'CA', 'RU', '東京', '7'];

/**
 * Makes processed logins in no order of time. Which users are there on which day is a function of
 * the seed alone, so that an estimate of them is as good in every run. Some logins are forty days
 * old, some of the future, and some records are no logins.
 */
export function periodLogins(load: PeriodLoad): readonly NewRecord[] {
  const { count, partitions, users, nowMs } = load;
  const random = new SeededRandom(load.seed);
  const pick = (values: readonly string[]): string => values[random.below(values.length)] ?? '';
  return Array.from({ length: count }, (_, index) => {
    const user = random.below(users);
    const login = aLogin({
      user_id: `7d1e0c52-0000-4000-8000-${String(user * 7919).padStart(12, '0')}`,
      app_version: pick(VERSIONS),
      device_type: pick(DEVICES),
      locale: pick(LOCALES),
      timestamp: nowMs + timeOf(random, load, index),
      processed: true,
    });
    const text = index % 97 === 13 ? 'no login' : JSON.stringify(login);
    return {
      ...{ partition: user % partitions, key: null, value: Buffer.from(text), headers: {} },
      timestamp: String(nowMs),
    };
  });
}

/** @returns how long after now, ms */
function timeOf(random: SeededRandom, { days, nowMs }: PeriodLoad, index: number): number {
  const [daysAgo, ofDay] = [random.below(days), random.below(DAY) / DAY];
  if (index % 53 === 11) return 3 * HOUR;
  if (index % 47 === 11) return -TOO_LATE_DAYS * DAY;
  const sinceMidnight = nowMs % DAY;
  if (daysAgo > 0) return Math.floor(ofDay * DAY) - daysAgo * DAY - sinceMidnight;
  // Every third of today's logins is of the last hour.
  const span = index % 3 === 0 ? Math.min(HOUR, sinceMidnight) : sinceMidnight;
  return -Math.floor(ofDay * span);
}
