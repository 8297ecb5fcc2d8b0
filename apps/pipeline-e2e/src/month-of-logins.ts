import { aLogin } from '@login-pipeline/schema/testing';
import type { NewRecord } from './cluster.ts';
import { SeededRandom } from './seeded-random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 31;
const USERS = 6_000;
/** Released one every four days. */
const VERSIONS = ['2.0.0', '2.0.1', '2.1.0', '2.1.1', '2.2.0', '2.2.1', '2.3.0', '2.3.1'];
const DEVICES = ['android', 'android', 'iOS', 'iOS', 'web'];
/** Some come more often than others: the first of them the most. */
const LOCALES =
  'CA TX FL NY PA IL OH GA NC MI NJ VA WA AZ MA TN IN MD MO WI CO MN SC AL LA KY OR OK CT UT RU GB BR JP';
const PLACES = LOCALES.split(' ');

/**
 * Makes processed logins of every minute of the last 31 days, fewer at night: all that a period of the page may show.
 *
 * @param nowMs newest event time, epoch ms
 */
export function monthOfLogins(nowMs: number, partitions: number): readonly NewRecord[] {
  const random = new SeededRandom(1);
  const records: NewRecord[] = [];
  const firstMs = nowMs - DAYS * DAY_MS;
  for (let minuteMs = firstMs; minuteMs < nowMs; minuteMs += MINUTE_MS) {
    const daylight = 1 - Math.cos((2 * Math.PI * (minuteMs % DAY_MS)) / DAY_MS);
    const count = 1 + random.below(1 + Math.round(1.5 * daylight));
    const newest = Math.floor((minuteMs - firstMs) / (4 * DAY_MS));
    for (let index = 0; index < count; index += 1) {
      const user = Math.min(random.below(USERS), random.below(USERS));
      // The later a user is in the list, the later the user takes up a version.
      const version = VERSIONS[Math.max(0, newest - (user % 3))];
      records.push(loginAt(minuteMs, partitions, user, version));
    }
  }
  return records;
}

/** @returns a login of one of these users */
export function loginAt(
  timeMs: number,
  partitions: number,
  user = 0,
  version = VERSIONS.at(-1),
): NewRecord {
  const login = aLogin({
    user_id: `424cdd21-063a-43a7-b91b-${String(user).padStart(12, '0')}`,
    app_version: version,
    device_type: DEVICES[user % DEVICES.length],
    locale: PLACES[Math.floor(((user % 97) / 97) ** 2 * PLACES.length)],
    timestamp: timeMs,
    processed: true,
  });
  return {
    partition: user % partitions,
    key: Buffer.from(login.user_id),
    value: Buffer.from(JSON.stringify(login)),
    headers: {},
    timestamp: String(timeMs),
  };
}
