import { describe, expect, it } from '@jest/globals';
import { aLogin } from '@login-pipeline/schema/testing';
import { processedRecord } from './processed-logins.ts';
import { recount, recountDays } from './recount.ts';
import type { ReadRecord } from './topic-reader.ts';

const TIME_MS = Date.UTC(2024, 11, 17, 18, 47, 11);
const DAY_MS = 86_400_000;

const LOGIN = aLogin({
  user_id: '424CDD21-063a-43a7-b91b-7ca1a833afae',
  device_type: 'IOS',
  timestamp: TIME_MS,
  processed: true,
});

function record(value: unknown, partition = 0): ReadRecord {
  return {
    partition,
    offset: '0',
    key: null,
    value: typeof value === 'string' ? Buffer.from(value) : Buffer.from(JSON.stringify(value)),
    headers: undefined,
    timestamp: String(TIME_MS),
  };
}

describe('the recount', () => {
  it.each([
    ['a login', LOGIN, { total: 1 }],
    ['seconds', { ...LOGIN, timestamp: TIME_MS / 1_000 }, { total: 1 }],
    ['a time in digits', { ...LOGIN, timestamp: String(TIME_MS) }, { total: 1 }],
    ['no JSON', 'no login', { invalid: 1 }],
    ['no object', [LOGIN], { invalid: 1 }],
    ['no mark', { ...LOGIN, processed: false }, { invalid: 1 }],
    ['no user', { ...LOGIN, user_id: 'nobody' }, { invalid: 1 }],
    ['no address', { ...LOGIN, ip: '1.2.3' }, { invalid: 1 }],
    ['no locale', { ...LOGIN, locale: undefined }, { invalid: 1 }],
    ['a long version', { ...LOGIN, app_version: '2'.repeat(65) }, { invalid: 1 }],
    ['no time', { ...LOGIN, timestamp: 'noon' }, { invalid: 1 }],
    ['the future', { ...LOGIN, timestamp: TIME_MS + 3_600_001 }, { invalid: 1, future: 1 }],
    ['an hour ahead', { ...LOGIN, timestamp: TIME_MS + 3_600_000 }, { total: 1 }],
  ])('takes %s for what it is', (_, value, counts) => {
    const { total, expired, invalid, future } = recount([record(value)]);
    expect({ total, expired, invalid, future }).toEqual({
      total: 0,
      expired: 0,
      invalid: 0,
      future: 0,
      ...counts,
    });
  });

  it.each([
    ['now, without timestamp', TIME_MS, '-1', { total: 1 }],
    ['the end of time, without timestamp', 8.64e15, '-1', { total: 0, future: 1 }],
    ['now, in a record of 2100', TIME_MS, String(Date.UTC(2100)), { total: 1 }],
    ['2100, as its record', Date.UTC(2100), String(Date.UTC(2100)), { total: 0, future: 1 }],
  ])('believes no time beyond now: %s', (_, time, timestamp, counts) => {
    const read = { ...record({ ...LOGIN, timestamp: time }), timestamp };
    expect(recount([read], TIME_MS)).toMatchObject(counts);
  });

  it('lets a login expire whose day lies more than 31 before the newest of its own partition', () => {
    const midnight = Date.UTC(2024, 11, 17);
    const before = (days: number, ms = 0) => ({
      ...LOGIN,
      timestamp: midnight - days * DAY_MS - ms,
    });
    const kept = recount([record(LOGIN), record(before(31))]);
    expect(kept).toMatchObject({ total: 2, expired: 0 });
    const late = before(31, 1);
    expect(recount([record(LOGIN), record(late)])).toMatchObject({ total: 1, expired: 1 });
    expect(recount([record(LOGIN), record(late, 1)])).toMatchObject({ total: 2, expired: 0 });
    expect(recount([record(late), record(LOGIN)])).toMatchObject({ total: 2, expired: 0 });
  });

  it('shows the minutes of one day, up to the newest of all partitions', () => {
    const late = (ms: number) => ({ ...LOGIN, timestamp: TIME_MS - ms });
    const [shown, hidden] = [record(late(DAY_MS - 60_000), 1), record(late(DAY_MS), 1)];
    expect(recount([hidden, shown, record(LOGIN)]).minutes).toEqual([
      ['2024-12-16T18:48Z', 1],
      ['2024-12-17T18:47Z', 1],
    ]);
    expect(recount([record(LOGIN)]).deviceTypes).toEqual([['iOS', 1]]);
  });

  it('counts days as far back as every partition keeps them', () => {
    const at = (day: number) => ({ ...LOGIN, timestamp: TIME_MS - day * DAY_MS });
    const records = [record(at(32), 1), record(at(31), 1), record(at(1), 1), record(LOGIN)];
    expect(recountDays(records)).toEqual({
      deviceTypes: [
        ['2024-11-16/iOS', 1],
        ['2024-12-16/iOS', 1],
        ['2024-12-17/iOS', 1],
      ],
      appVersions: expect.anything(),
      locales: expect.anything(),
    });
  });

  it('finds everything in the load that there is to be found', () => {
    const load = Array.from({ length: 20_000 }, (_, index) => {
      const { partition, value, timestamp } = processedRecord(index, 20_000, 8);
      return { partition, value, timestamp, offset: '0', key: null, headers: undefined };
    });
    const counts = recount(load);
    expect(counts.total).toBeGreaterThan(18_000);
    expect(Math.min(counts.expired, counts.future, counts.invalid - counts.future)).toBeGreaterThan(
      100,
    );
    expect(counts.appVersions.map(([version]) => version)).toContain('__proto__');
  });
});
