import { describe, expect, it } from '@jest/globals';
import { INSIGHTS, LEDGER, PROBLEM } from './schemas.ts';
import { liveBoard, startApp } from './testing/app.ts';
import { someInsights } from './testing/some-insights.ts';

const { get, answer } = someInsights();

describe('GET /insights', () => {
  it('answers as the contract says', async () => {
    const response = await get('/insights');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.body).toContain('"locales":{"TX":3,"__proto__":1}');
    expect(INSIGHTS.strict().parse(response.json())).toMatchObject({
      complete: true,
      asOf: { partitions: { 0: '4', 1: '3' }, time: '2024-12-17T18:49:00.000Z' },
      total: 4,
      deviceTypes: { android: 3, iOS: 1 },
      appVersions: { '2.0.0': 3, '2.1.0': 1 },
      traffic: {
        peaks: [
          { minute: '2024-12-17T18:48Z', count: 2 },
          { minute: '2024-12-17T18:47Z', count: 1 },
          { minute: '2024-12-17T18:49Z', count: 1 },
        ],
      },
      distinctUsers: { estimate: 2 },
      loginsPerUserPerDay: [
        {
          day: '2024-12-17',
          users: { 1: 1, 2: 0, '3-5': 1, '6-10': 0, '11+': 0 },
          sampledUsers: 2,
        },
      ],
      expired: 1,
      invalid: 2,
      future: 1,
    });
  });

  it('answers before the first record', async () => {
    const empty = await startApp(liveBoard([]));
    const response = await empty.inject('/insights');
    await empty.close();
    expect(INSIGHTS.parse(response.json())).toMatchObject({
      complete: false,
      asOf: { partitions: {}, time: null },
      total: 0,
      traffic: { peaks: [] },
    });
  });
});

describe('GET distributions', () => {
  it.each([
    [
      'device-types',
      [
        { value: 'android', count: 3 },
        { value: 'iOS', count: 1 },
      ],
    ],
    [
      'app-versions',
      [
        { value: '2.0.0', count: 3 },
        { value: '2.1.0', count: 1 },
      ],
    ],
    [
      'locales',
      [
        { value: 'TX', count: 3 },
        { value: '__proto__', count: 1 },
      ],
    ],
  ])('%s are sorted by count', async (route, values) => {
    expect(await answer(route)).toMatchObject({
      ...{ total: 4, values, omitted: { values: 0, count: 0 } },
    });
  });

  it('tell what the limit cuts off', async () => {
    expect(await answer('locales', '?limit=1')).toMatchObject({
      values: [{ value: 'TX', count: 3 }],
      omitted: { values: 1, count: 1 },
    });
  });
});

describe('GET /insights/traffic', () => {
  it.each([
    ['', ['18:47', '18:48', '18:49'], ['18:48', '18:47', '18:49']],
    ['?peaks=1', ['18:47', '18:48', '18:49'], ['18:48']],
    ['?from=2024-12-17T18:48Z', ['18:48', '18:49'], ['18:48', '18:49']],
    ['?to=2024-12-17T18:47:59.999Z', ['18:47'], ['18:47']],
    ['?from=2024-12-17T18:48:30Z&to=2024-12-17T18:48Z', ['18:48'], ['18:48']],
    ['?from=2024-12-17T18:49Z&to=2024-12-17T18:47Z', [], []],
    [
      '?from=2024-02-29T00:00Z&to=9999-12-31T23:59Z',
      ['18:47', '18:48', '18:49'],
      ['18:48', '18:47', '18:49'],
    ],
    ['?to=0000-01-01T00:00Z', [], []],
  ])('%s gives minutes in order and their peaks', async (query, minutes, peaks) => {
    const found = await answer('traffic', query);
    expect(found).toMatchObject({
      minutes: minutes.map((time) => ({ minute: `2024-12-17T${time}Z` })),
      peaks: peaks.map((time) => ({ minute: `2024-12-17T${time}Z` })),
    });
  });
});

describe('GET /insights/versions', () => {
  it('tells first and last sighting and adoption by hour', async () => {
    expect(await answer('versions')).toMatchObject({
      versions: [
        {
          version: '2.0.0',
          firstSeen: '2024-12-17T18:47:00.000Z',
          lastSeen: '2024-12-17T18:48:00.000Z',
        },
        { version: '2.1.0' },
      ],
      hours: [{ hour: '2024-12-17T18:00Z', versions: { '2.0.0': 3, '2.1.0': 1 } }],
    });
  });
});

describe('GET /ledger', () => {
  it('accounts for every record', async () => {
    const answer = LEDGER.strict().parse((await get('/ledger')).json());
    expect(answer).toEqual({
      complete: true,
      partitions: {
        0: {
          consumed: 4,
          counted: 1,
          expired: 1,
          invalid: 2,
          future: 1,
          unaccounted: 0,
          nextOffset: '4',
        },
        1: {
          consumed: 3,
          counted: 3,
          expired: 0,
          invalid: 0,
          future: 0,
          unaccounted: 0,
          nextOffset: '3',
        },
      },
      total: { consumed: 7, counted: 4, expired: 1, invalid: 2, future: 1, unaccounted: 0 },
    });
  });
});

describe('a query with faults', () => {
  it.each([
    '/insights?limit=1',
    '/insights?last=2h',
    '/insights?last=',
    '/insights?day=yesterday',
    '/insights?day=2026-02-30',
    '/insights?last=1h&day=2024-12-17',
    '/insights/stream?last=1',
    '/insights/users?limit=1',
    '/insights/traffic?resolution=day',
    '/insights/stream?a=1',
    '/insights?__proto__=1',
    '/ledger?a=1',
    '/insights/locales?limit=0',
    '/insights/locales?limit=-1',
    '/insights/locales?limit=1.5',
    '/insights/locales?limit=',
    '/insights/locales?limit=0x10',
    '/insights/locales?limit=10001',
    '/insights/locales?limit=1&limit=2',
    '/insights/locales?limt=5',
    '/insights/traffic?from=yesterday',
    '/insights/traffic?from=2024-12-17',
    '/insights/traffic?to=2024-13-17T18:47Z',
    '/insights/traffic?to=2024-12-17T24:00Z',
    '/insights/traffic?from=2026-02-30T00:00Z',
    '/insights/traffic?to=2023-02-29T00:00Z',
    '/insights/traffic?peaks=many',
  ])('%s is refused by a problem document', async (url) => {
    const response = await get(url);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(PROBLEM.parse(response.json())).toMatchObject({
      status: 400,
      instance: url.split('?')[0],
    });
  });

  it('tells which periods are taken', async () => {
    const detail = async (query: string) =>
      PROBLEM.parse((await get(`/insights?${query}`)).json()).detail;
    expect(await detail('last=2h')).toBe(
      'The query has faults. last: `1h`, `24h`, `7d` or `30d` is expected',
    );
    expect(await detail('day=17')).toBe(
      'The query has faults. day: a day in UTC such as 2024-12-17 is expected',
    );
    expect(await detail('day=2024-12-17&last=1h')).toBe(
      'The query has faults. last, day: one of them is expected, not both',
    );
  });

  it('is named by its member', async () => {
    const problem = PROBLEM.parse((await get('/insights/locales?limit=0&limt=5')).json());
    expect(problem.detail).toMatch(/limit: .*limt/s);
  });

  it.each(['-1', '0', '1.5', 'many', '', '10001', '1e9', '99999999999999999999', '1&peaks=2'])(
    'tells which numbers are taken instead of %s',
    async (peaks) => {
      const problem = PROBLEM.parse((await get(`/insights/traffic?peaks=${peaks}`)).json());
      expect(problem.detail).toBe(
        'The query has faults. peaks: a whole number from 1 to 10000 is expected',
      );
    },
  );

  it.each(['abc', '', '2024-12-17', '2026-02-30T00:00Z', '2024-12-17T18:47Z&from=x'])(
    'tells which times are taken instead of %s',
    async (from) => {
      const problem = PROBLEM.parse((await get(`/insights/traffic?from=${from}`)).json());
      expect(problem.detail).toBe(
        'The query has faults. from: a time in UTC such as 2024-12-17T18:47Z is expected',
      );
    },
  );
});
