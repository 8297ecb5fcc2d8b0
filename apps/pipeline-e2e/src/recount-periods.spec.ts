import { describe, expect, it } from '@jest/globals';
import { aLogin } from '@login-pipeline/schema/testing';
import { recountPeriod } from './recount-periods.ts';
import type { PeriodQuery, PeriodRecount } from './recount-periods.ts';
import type { ReadRecord } from './topic-reader.ts';

/** A Tuesday. */
const NOW = Date.UTC(2024, 11, 17, 18, 47, 11);

interface Placed {
  readonly user?: number;
  readonly version?: string;
  readonly partition?: number;
}

/** @param at event time, such as `12-17T18:47` */
function login(
  at: string,
  { user = 1, version = '2.0.0', partition = 0 }: Placed = {},
): ReadRecord {
  const login = aLogin({
    user_id: `424cdd21-063a-43a7-b91b-${String(user).padStart(12, '0')}`,
    app_version: version,
    device_type: 'IOS',
    timestamp: Date.parse(`2024-${at}:30Z`),
    processed: true,
  });
  const value = JSON.stringify(login);
  return {
    ...{ partition, offset: '0', key: null, headers: undefined },
    ...{ value: Buffer.from(value), timestamp: String(NOW) },
  };
}

function counted<Member extends keyof PeriodRecount>(
  records: readonly ReadRecord[],
  query: PeriodQuery,
  member: Member,
): PeriodRecount[Member] {
  return recountPeriod(records, query, NOW)[member];
}

describe('the recount of a period', () => {
  it.each<[PeriodQuery, string, string, string, string]>([
    [{ last: '1h' }, '2024-12-17T18:00Z', '2024-12-17T19:00Z', '2024-12-17', '2024-12-17'],
    [{ last: '24h' }, '2024-12-16T19:00Z', '2024-12-17T19:00Z', '2024-12-17', '2024-12-17'],
    [{ last: '7d' }, '2024-12-10T19:00Z', '2024-12-17T19:00Z', '2024-12-11', '2024-12-17'],
    [{ last: '30d' }, '2024-11-17T19:00Z', '2024-12-17T19:00Z', '2024-11-18', '2024-12-17'],
    [{ day: '2024-12-01' }, '2024-12-01T00:00Z', '2024-12-02T00:00Z', '2024-12-01', '2024-12-01'],
  ])('knows when %j is', (query, from, to, firstDay, lastDay) => {
    const userDays = { from: firstDay, to: lastDay };
    expect(counted([], query, 'period')).toEqual({ from, to, userDays, complete: true });
  });

  it('has the whole of its first and last hour, and nothing beside', () => {
    const records = ['12-17T17:59', '12-17T18:00', '12-17T18:46', '12-17T19:00'].map((at) =>
      login(at),
    );
    expect(recountPeriod(records, { last: '1h' }, NOW)).toMatchObject({
      total: 2,
      deviceTypes: [['iOS', 2]],
      locales: [['RU', 2]],
      minutes: [
        ['2024-12-17T18:00Z', 1],
        ['2024-12-17T18:46Z', 1],
      ],
      hours: [['2024-12-17T18:00Z', 2]],
      previous: { from: '2024-12-17T17:00Z', to: '2024-12-17T18:00Z', total: 1, users: 0 },
    });
    expect(counted(records, undefined, 'total')).toBe(4);
  });

  it('has the users of whole days', () => {
    const records = [
      login('12-17T00:00', { user: 1 }),
      login('12-17T18:00', { user: 2 }),
      login('12-17T18:01', { user: 2 }),
      login('12-16T23:59', { user: 3 }),
      login('12-11T00:00', { user: 4 }),
      login('12-10T23:59', { user: 5 }),
      login('11-18T00:00', { user: 6 }),
      login('11-17T23:59', { user: 7 }),
    ];
    const users = [{ last: '1h' }, { last: '7d' }, { last: '30d' }, undefined] as const;
    expect(users.map((query) => counted(records, query, 'users'))).toEqual([2, 4, 6, 7]);
    expect(counted(records, { day: '2024-12-16' }, 'active')).toEqual([2, 4, 6]);
    expect(counted(records, { last: '24h' }, 'previous')).toMatchObject({ users: 1 });
  });

  it('tells who came back within seven days, where these are kept', () => {
    const records = [
      login('12-17T18:00', { user: 1 }),
      login('12-17T18:00', { user: 2 }),
      login('12-17T18:00', { user: 3 }),
      login('12-10T00:00', { user: 1 }),
      login('12-09T23:59', { user: 2 }),
      login('11-16T00:00', { user: 3 }),
    ];
    expect(counted(records, undefined, 'days')).toEqual([
      { day: '2024-11-16', users: 1, returning: undefined },
      { day: '2024-12-09', users: 1, returning: 0 },
      { day: '2024-12-10', users: 1, returning: 0 },
      { day: '2024-12-17', users: 3, returning: 1 },
    ]);
  });

  it('puts the busiest minutes first, of equal ones the earlier', () => {
    const minutes = ['10:01', '10:05', '10:05', '10:03', '10:04', '10:02', '10:00'];
    const records = minutes.map((minute) => login(`12-17T${minute}`));
    expect(counted(records, { last: '24h' }, 'peaks')).toEqual([
      ['2024-12-17T10:05Z', 2],
      ...['10:00', '10:01', '10:02', '10:03'].map((minute) => [`2024-12-17T${minute}Z`, 1]),
    ]);
  });

  it('begins the week with Monday', () => {
    const records = [
      login('12-16T00:00'),
      login('12-17T18:00'),
      login('12-17T18:10'),
      login('12-15T23:00'),
    ];
    const hours = counted(records, { last: '7d' }, 'weekHours');
    expect(hours).toHaveLength(168);
    expect(hours.flatMap((count, hour) => (count > 0 ? [[hour, count]] : []))).toEqual([
      [0, 1],
      [42, 2],
      [167, 1],
    ]);
  });

  it('knows the versions of the period, and when each was ever seen', () => {
    const records = [
      login('12-17T18:00', { version: '2.1.0' }),
      login('12-10T18:00', { version: '2.1.0' }),
      login('12-10T18:00', { version: '2.0.0' }),
    ];
    expect(recountPeriod(records, { last: '1h' }, NOW)).toMatchObject({
      seen: [['2.1.0', Date.UTC(2024, 11, 10, 18, 0, 30), Date.UTC(2024, 11, 17, 18, 0, 30)]],
      versionHours: [['2024-12-17T18:00Z 2.1.0', 1]],
    });
  });

  it('shows a day of minutes without a period, and the hours that are whole', () => {
    const records = [
      login('12-16T18:30'),
      login('12-16T18:31'),
      login('12-16T19:00'),
      login('12-17T18:30'),
    ];
    expect(recountPeriod(records, undefined, NOW)).toMatchObject({
      total: 4,
      minutes: [
        ['2024-12-16T18:31Z', 1],
        ['2024-12-16T19:00Z', 1],
        ['2024-12-17T18:30Z', 1],
      ],
      versionHours: [
        ['2024-12-16T19:00Z 2.0.0', 1],
        ['2024-12-17T18:00Z 2.0.0', 1],
      ],
    });
  });

  it('has nothing of days that a partition has forgotten, and says so', () => {
    const old = login('11-17T12:00', { partition: 1, user: 2 });
    const forgotten = login('11-15T12:00', { user: 3 });
    const records = [forgotten, login('12-17T12:00'), old];
    expect(recountPeriod(records, { day: '2024-11-15' }, NOW)).toMatchObject({
      total: 0,
      users: 0,
      period: { complete: false },
    });
    const kept = recountPeriod(records, { day: '2024-11-17' }, NOW);
    expect(kept).toMatchObject({ total: 1, users: 1, period: { complete: true } });
    expect(kept.previous).toMatchObject({ total: 0, complete: true });
    expect(counted(records, undefined, 'total')).toBe(3);
  });
});
