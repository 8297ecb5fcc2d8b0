import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalDeviceType, decodeLogin, eventTimeMs } from '@login-pipeline/schema';
import type { Login } from '@login-pipeline/schema';
import { BAD_KINDS } from './bad-records.ts';
import { LoginStream } from './login-stream.ts';
import type { GeneratedRecord } from './login-stream.ts';
import { APP_VERSIONS, DEVICE_TYPES, LOCALES } from './population.ts';
import type { Weights } from './random.ts';

const START = 1_734_460_000_000;
const QUARTER_HOUR = 900_000;

function take(count: number, { seed = 1, badRatio = 0, batch = count } = {}): GeneratedRecord[] {
  const stream = new LoginStream({ seed, badRatio, eventTime: (index) => START + index });
  const records: GeneratedRecord[] = [];
  while (records.length < count) {
    records.push(...stream.take(Math.min(batch, count - records.length)));
  }
  return records;
}

function digest(records: readonly GeneratedRecord[]): string {
  const hash = createHash('sha256');
  for (const { key, value, timestamp } of records) {
    hash.update(`${key?.toString() ?? '-'} ${timestamp} `).update(value ?? '-');
  }
  return hash.digest('hex');
}

function login({ value }: GeneratedRecord): Login {
  const decoded = decodeLogin(value);
  if (typeof decoded === 'string') throw new Error(decoded);
  return decoded;
}

describe('LoginStream', () => {
  /** Enough for the spread to show; drawn once, because a hundred thousand take their time. */
  let many: readonly GeneratedRecord[];
  beforeAll(() => {
    many = take(100_000);
  });

  it('gives the same bytes for the same seed, for ever and on every machine', () => {
    expect(digest(take(2000, { badRatio: 0.1 }))).toBe(
      '5c6a2fd96991737b11507fa874098181126950e443432e454cde7001a3c44b43',
    );
  });

  it('does not depend on how many are taken at once', () => {
    const whole = digest(take(2000, { badRatio: 0.1 }));
    expect(digest(take(2000, { badRatio: 0.1, batch: 7 }))).toBe(whole);
  });

  it('gives something else for another seed', () => {
    expect(digest(take(10, { seed: 2 }))).not.toBe(digest(take(10)));
  });

  it('leaves the other records as they are when the share of bad ones changes', () => {
    const clean = take(2000);
    const mixed = take(2000, { badRatio: 0.3 });
    const good = mixed.flatMap(({ reason }, index) => (reason === undefined ? [index] : []));
    const pick = (records: GeneratedRecord[]): string =>
      digest(good.flatMap((index) => records[index] ?? []));
    expect(good.length).toBeGreaterThan(1000);
    expect(pick(mixed)).toBe(pick(clean));
  });

  it('takes who, what and order from the seed alone, whatever the times', () => {
    const options = { seed: 5, badRatio: 0 };
    const now = new LoginStream({ ...options, eventTime: (index) => START + index }).take(500);
    const then = new LoginStream({ ...options, eventTime: () => 1e12 }).take(500);
    expect(then.map(({ user }) => user.members)).toEqual(now.map(({ user }) => user.members));
  });

  it('writes valid logins and knows what they say', () => {
    const records = many.slice(0, 5000);
    const known = records.map(({ key, user, eventTimeMs: time, timestamp }) => ({
      ...user.members,
      key: key?.toString(),
      deviceType: user.canonicalDeviceType,
      times: [time, Number(timestamp)],
    }));
    const said = records.map((record) => {
      const { user_id, device_type } = login(record);
      const { timestamp, ...members } = JSON.parse(String(record.value)) as Login;
      const time = eventTimeMs({ timestamp });
      return {
        ...members,
        key: user_id,
        deviceType: canonicalDeviceType(device_type),
        times: [time, time],
      };
    });
    expect(known).toEqual(said);
  });

  it('writes timestamps in every form that clients use', () => {
    const forms = new Set(
      many.slice(0, 2000).map((record) => {
        const { timestamp } = login(record);
        return `${typeof timestamp} ${String(timestamp).replace(/\d+/g, (digits) => String(digits.length))}`;
      }),
    );
    expect([...forms].filter((form) => !/ 10\.[12]$/.test(form)).sort()).toEqual([
      'number 10',
      'number 10.3',
      'number 13',
      'string 10',
      'string 13',
    ]);
  });

  it('lets logins come late, most of them little, by a quarter of an hour at most', () => {
    const late = many.slice(0, 20_000).map(({ eventTimeMs: time }, index) => START + index - time);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(QUARTER_HOUR + 1000);
    expect(late.filter((ms) => ms < 4000).length).toBeGreaterThan(18_000);
    expect(late.filter((ms) => ms > 60_000).length).toBeGreaterThan(100);
  });

  it('lets users come back, some far more often than others, and new ones turn up', () => {
    const counts = new Map<string, number>();
    for (const { user } of many) {
      counts.set(user.members.user_id, (counts.get(user.members.user_id) ?? 0) + 1);
    }
    const busiest = Math.max(...counts.values());
    expect(counts.size).toBeGreaterThan(15_000);
    expect(counts.size).toBeLessThan(25_000);
    expect(busiest).toBeGreaterThan(200);
    expect(busiest).toBeLessThan(2000);
  });

  it.each<[string, Weights<string>, (login: Login) => string]>([
    ['app versions', APP_VERSIONS, ({ app_version }) => app_version],
    ['locales', LOCALES, ({ locale }) => locale],
    [
      'device types',
      DEVICE_TYPES.map(([{ spelling }, weight]) => [spelling, weight] as const),
      ({ device_type }) => device_type,
    ],
  ])('spreads %s by their weights', (_, weights, pick) => {
    const sum = weights.reduce((total, [, weight]) => total + weight, 0);
    const counts = new Map<string, number>();
    for (const record of many) {
      const value = pick(login(record));
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const [value, weight] of weights) {
      const expected = weight / sum;
      const share = (counts.get(value) ?? 0) / many.length;
      // Logins of one user are alike, so the effective sample is the users': some thousands.
      const deviation = Math.sqrt((expected * (1 - expected)) / 5000);
      expect(Math.abs(share - expected)).toBeLessThan(5 * deviation);
    }
    expect(counts.size).toBe(weights.length);
  });

  it.each([0, 0.01, 0.1, 0.5, 1])('makes a share of %d bad, evenly', (badRatio) => {
    const records = take(4000, { badRatio });
    for (const end of [1000, 2000, 4000]) {
      const bad = records.slice(0, end).filter(({ reason }) => reason !== undefined);
      expect(bad).toHaveLength(end * badRatio);
    }
  });

  it('makes every kind of bad record in turn, each for the reason it states, some without key', () => {
    const bad = take(BAD_KINDS.length * 8, { badRatio: 1 });
    expect(bad.map(({ value }) => decodeLogin(value))).toEqual(bad.map(({ reason }) => reason));
    expect(bad.filter(({ key }) => key === null)).toHaveLength(BAD_KINDS.length);
    const counts = new Map<string | undefined, number>();
    for (const { reason } of bad) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    expect(counts.get('null_value')).toBe(8);
  });
});
