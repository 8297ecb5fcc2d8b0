import { aLogin } from '@login-pipeline/schema/testing';

/** A processed login as it is written, or something that is none. */
export interface ProcessedRecord {
  readonly partition: number;
  readonly value: Buffer | null;
  /** Epoch milliseconds as decimal digits. */
  readonly timestamp: string;
}

const START = Date.UTC(2024, 11, 17, 18, 47);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Longer than the traffic that is shown, and over two midnights: both move on while logins come in. */
const SPAN = 36 * HOUR;
/** 31 days before the newest are kept: the last of them, and the first before. */
const LATE_DAYS = [2, 31, 32, 40];

const USERS = 4_999;
const VERSIONS = ['2.0.0', '2.3.0', '1.9.4', '2.0.1', '__proto__'];
const DEVICES = ['android', 'iOS', 'Android', 'IOS', 'web', 'WEB'];
const LOCALES = ['TX', 'CA', 'RU', 'Île-de-France', '東京', 'constructor'];

/** Ways to write a time. */
const SPELLINGS: readonly ((timeMs: number) => number | string)[] = [
  (timeMs) => Math.floor(timeMs / 1_000),
  (timeMs) => timeMs,
  (timeMs) => timeMs / 1_000,
  String,
  (timeMs) => String(Math.floor(timeMs / 1_000)),
];

type Members = Readonly<Record<string, unknown>>;

/** What no aggregator may count. */
const BREAKAGES: readonly ((members: Members) => Buffer | null)[] = [
  () => null,
  () => Buffer.alloc(0),
  (members) => json(members).subarray(0, -1),
  (members) => Buffer.concat([Buffer.from([0xff]), json(members)]),
  (members) => json([members]),
  (members) => json({ ...members, processed: false }),
  (members) => json({ ...members, processed: 'true' }),
  (members) => json({ ...members, user_id: '424cdd21' }),
  (members) => json({ ...members, locale: '' }),
  (members) => json({ ...members, app_version: 'x'.repeat(65) }),
  (members) => json({ ...members, ip: '10.1.2.256' }),
  (members) => json({ ...members, timestamp: 'soon' }),
  (members) => json({ ...members, timestamp: -1 }),
];

/**
 * Makes the n-th of `count` records for the aggregator. Most are logins, a little out of order; some come days late,
 * or too late, some lie in the future of their own record, some are none at all.
 */
export function processedRecord(index: number, count: number, partitions: number): ProcessedRecord {
  const recordMs = START + Math.floor((SPAN * index) / count);
  const user = (index * 31) % USERS;
  const members = aLogin({
    user_id: `424cdd21-063a-43a7-b91b-${String(user).padStart(12, '0')}`,
    app_version: pick(VERSIONS, index),
    device_type: pick(DEVICES, index),
    ip: index % 9 === 0 ? '2001:db8::1' : `10.1.2.${index % 256}`,
    locale: pick(LOCALES, index),
    timestamp: pick(SPELLINGS, index)(recordMs + delay(index)),
    processed: true,
  });
  return {
    partition: user % partitions,
    value: index % 41 === 7 ? pick(BREAKAGES, Math.floor(index / 41))(members) : json(members),
    timestamp: String(recordMs),
  };
}

/** How far a login lies from its own record, in milliseconds. */
function delay(index: number): number {
  if (index % 97 === 5) return 2 * HOUR;
  if (index % 53 === 3) return -pick(LATE_DAYS, Math.floor(index / 53)) * DAY;
  return -(index % 13) * MINUTE;
}

function pick<T>(choices: readonly T[], index: number): T {
  const chosen = choices[index % choices.length];
  if (chosen === undefined) throw new RangeError('nothing to choose from');
  return chosen;
}

function json(content: unknown): Buffer {
  return Buffer.from(JSON.stringify(content));
}
