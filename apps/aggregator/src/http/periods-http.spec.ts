import { describe, expect, it } from '@jest/globals';
import { PartitionState } from '../state/partition-state.ts';
import { LIMITS, login, SOME_TIME_MS } from '../state/testing/logins.ts';
import { INSIGHTS } from './schemas.ts';
import { INSIGHT_ROUTES } from './shared-answers.ts';
import { liveBoard, startApp } from './testing/app.ts';
import { someInsights } from './testing/some-insights.ts';

const { get, answer } = someInsights();

describe('a period', () => {
  it('is named with the one before, in every answer', async () => {
    const period = {
      ...{ from: '2024-12-16T19:00Z', to: '2024-12-17T19:00Z', complete: true },
      userDays: { from: '2024-12-17', to: '2024-12-17' },
    };
    const previous = {
      ...{ from: '2024-12-15T19:00Z', to: '2024-12-16T19:00Z', complete: true, total: 0 },
    };
    const insights = INSIGHTS.strict().parse((await get('/insights?last=24h')).json());
    expect(insights).toMatchObject({ period, total: 4, distinctUsers: { estimate: 2 } });
    expect(insights.previous).toEqual({
      ...previous,
      distinctUsers: { estimate: 0, relativeError: 0.01625 },
    });
    for (const route of INSIGHT_ROUTES.keys()) {
      expect(await answer(route, '?last=24h')).toMatchObject({ period, previous });
    }
  });

  it.each([
    ['?last=1h', 4],
    ['?last=30d', 4],
    ['?day=2024-12-17', 4],
    ['?day=2024-12-16', 0],
  ])('%s has %i logins', async (query, total) => {
    expect(INSIGHTS.parse((await get(`/insights${query}`)).json()).total).toBe(total);
    expect(await answer('device-types', query)).toMatchObject({ total });
    const { hours } = await answer('week-hours', query);
    const counts = (hours as { count: number }[]).map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count)).toBe(total);
    const traffic = await answer('traffic', `${query}&resolution=hour`);
    expect(traffic).not.toHaveProperty('minutes');
    expect(traffic).toMatchObject({
      hours: total === 0 ? [] : [{ hour: '2024-12-17T18:00Z', count: total }],
    });
  });

  it('says of what it is not complete', async () => {
    const { period, previous } = await answer('locales', '?day=2024-11-16');
    expect(period).toMatchObject({ complete: true });
    expect(previous).toMatchObject({ from: '2024-11-15T00:00Z', complete: false });
  });
});

describe('GET /insights/users', () => {
  it('tells users of days, of the period and of the last days', async () => {
    const users = { estimate: 2, relativeError: 0.01625 };
    expect(await answer('users', '?last=7d')).toMatchObject({
      distinctUsers: users,
      active: { day: users, week: users, month: users },
      days: [{ day: '2024-12-17', ...users, returning: { estimate: 0, standardError: 0 } }],
    });
  });
});

describe('GET /insights/week-hours', () => {
  it('has all hours of a week, from Monday', async () => {
    const { hours, total } = await answer('week-hours');
    expect(total).toBe(4);
    expect(hours).toHaveLength(168);
    const busy = (hours as { count: number }[]).filter(({ count }) => count > 0);
    expect(busy).toEqual([{ weekday: 2, hour: 18, count: 4 }]);
  });
});

describe('an answer as CSV', () => {
  const csv = async (url: string, accept = 'text/csv') => {
    const { body, headers, statusCode } = await get(url, { accept });
    return { body, type: headers['content-type'], statusCode };
  };

  it.each([
    ['device-types', 'value,count\r\nandroid,3\r\niOS,1\r\n'],
    ['locales?limit=1', 'value,count\r\nTX,3\r\n'],
    ['traffic?to=2024-12-17T18:47Z', 'minute,count\r\n2024-12-17T18:47Z,1\r\n'],
    ['traffic?resolution=hour', 'hour,count\r\n2024-12-17T18:00Z,4\r\n'],
    [
      'versions?last=1h',
      'hour,version,count\r\n2024-12-17T18:00Z,2.0.0,3\r\n2024-12-17T18:00Z,2.1.0,1\r\n',
    ],
    [
      'users',
      'day,estimate,relative_error,returning_estimate,returning_standard_error\r\n2024-12-17,2,0.01625,0,0\r\n',
    ],
  ])('%s has a row for each of its rows', async (route, body) => {
    expect(await csv(`/insights/${route}`)).toEqual({
      ...{ statusCode: 200, type: 'text/csv; charset=utf-8; header=present', body },
    });
  });

  it('is given to those who would rather have it, and JSON to all others', async () => {
    for (const accept of ['text/csv, application/json;q=0.9', 'text/*']) {
      expect((await csv('/insights/locales', accept)).type).toMatch(/^text\/csv/);
    }
    for (const accept of ['*/*', 'application/json', 'text/html', 'text/csv;q=0.5, */*']) {
      expect((await csv('/insights/locales', accept)).type).toMatch(/^application\/json/);
    }
  });

  it('is text where a spreadsheet would see a formula', async () => {
    const state = new PartitionState(LIMITS);
    state.fold(login({ locale: '=1+1,"a"' }), SOME_TIME_MS, SOME_TIME_MS);
    const own = await startApp(liveBoard([state]));
    const { body } = await own.inject({
      ...{ method: 'GET', url: '/insights/locales', headers: { accept: 'text/csv' } },
    });
    await own.close();
    expect(body).toBe('value,count\r\n"\'=1+1,""a""",1\r\n');
  });
});
