import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Validator } from '@seriousme/openapi-schema-validator';
import { login, SOME_TIME_MS, stateOf } from '../state/testing/logins.ts';
import { PROBLEM } from './schemas.ts';
import { liveBoard, startApp } from './testing/app.ts';

type Response = Awaited<ReturnType<NestFastifyApplication['inject']>>;

const MINUTE_MS = 60_000;
let app: NestFastifyApplication;

beforeAll(async () => {
  app = await startApp(liveBoard([stateOf([SOME_TIME_MS])]));
});
afterAll(() => app.close());

function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return app.inject({ method: 'GET', url, headers });
}

describe('caching', () => {
  it('answers 304 to who has the answer already, until it changes', async () => {
    const state = stateOf([SOME_TIME_MS]);
    const changing = liveBoard([state]);
    const own = await startApp(changing);
    const { headers } = await own.inject('/insights');
    const etag = String(headers.etag);
    for (const tag of [etag, `"x", ${etag}`, etag.slice(2), '*']) {
      const again = await own.inject({ url: '/insights', headers: { 'if-none-match': tag } });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    }
    state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
    changing.show(0, state);
    const changed = await own.inject({ url: '/insights', headers: { 'if-none-match': etag } });
    await own.close();
    expect(changed.statusCode).toBe(200);
    expect(changed.headers.etag).not.toBe(etag);
  });

  it('asks caches to ask again and to tell encodings apart', async () => {
    const { headers } = await get('/insights');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers.vary).toContain('accept-encoding');
  });
});

describe('compression', () => {
  const many = stateOf([]);
  for (let minute = 0; minute < 500; minute += 1) {
    many.fold(login(), SOME_TIME_MS + minute * MINUTE_MS, SOME_TIME_MS + minute * MINUTE_MS);
  }

  it.each([
    ['gzip', 'gzip'],
    ['br, GZIP;q=0.5', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0, *', undefined],
    ['br', undefined],
    ['', undefined],
  ])('of a large answer to a client that takes "%s" is %s', async (accepted, encoding) => {
    const own = await startApp(liveBoard([many]));
    const response = await own.inject({
      url: '/insights/traffic',
      headers: { 'accept-encoding': accepted },
    });
    await own.close();
    expect(response.headers['content-encoding']).toBe(encoding);
    const body = encoding === 'gzip' ? gunzipSync(response.rawPayload) : response.rawPayload;
    expect(JSON.parse(body.toString())).toMatchObject({ minutes: { length: 500 } });
  });

  it('is not worth it for a small answer', async () => {
    const { headers } = await get('/ledger', { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBeUndefined();
  });
});

describe('protection', () => {
  it('sends security headers with every answer', async () => {
    for (const url of ['/insights', '/docs', '/nowhere']) {
      const { headers } = await get(url);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('answers 429 to a client that asks too much, by a problem document', async () => {
    const own = await startApp(liveBoard([]));
    const responses = await Promise.all(
      Array.from({ length: 6000 }, () => own.inject('/insights')),
    );
    await own.close();
    const refused = responses.filter(({ statusCode }) => statusCode !== 200);
    expect(refused.map(({ statusCode }) => statusCode)).toContain(429);
    for (const { headers, statusCode } of refused) {
      // The second one where requests have to wait for too long.
      expect([429, 503]).toContain(statusCode);
      expect(headers['retry-after']).toMatch(/^\d+$/);
    }
    const tooMany = refused.find(({ statusCode }) => statusCode === 429);
    expect(PROBLEM.parse(tooMany?.json()).status).toBe(429);
  }, 30_000);

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'QUERY'])('refuses %s by 405', async (method) => {
    const response = await app.inject({ method: method as 'POST', url: '/insights' });
    expect(response.statusCode).toBe(405);
    expect(String(response.headers.allow)).toContain('GET');
  });
});

describe('an unknown path', () => {
  it.each(['GET', 'POST'] as const)('is answered to %s by a problem document', async (method) => {
    const response = await app.inject({ method, url: '/nowhere?a=1' });
    expect(PROBLEM.parse(response.json())).toMatchObject({ status: 404, instance: '/nowhere' });
  });
});

describe('API document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate((await get('/docs/json')).json());
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('documents every route with parameters, answers and problems', async () => {
    const document: unknown = (await get('/docs/json')).json();
    expect(document).toMatchObject({
      openapi: '3.1.1',
      info: { version: '1.2.3' },
      paths: {
        '/insights': {
          get: {
            operationId: 'insights',
            responses: { 200: {}, 304: {}, 400: {}, 429: {}, 503: {} },
          },
        },
        '/insights/device-types': { get: { operationId: 'insightsDeviceTypes' } },
        '/insights/app-versions': {},
        '/insights/locales': {
          get: {
            parameters: [
              { name: 'last', schema: { enum: ['1h', '24h', '7d', '30d'] } },
              { name: 'day', schema: { type: 'string' } },
              {
                name: 'limit',
                in: 'query',
                required: false,
                schema: { type: 'integer', minimum: 1, maximum: 10_000 },
              },
            ],
            responses: { 200: { content: { 'application/json': {}, 'text/csv': {} } } },
          },
        },
        '/insights/traffic': {
          get: {
            parameters: [
              { name: 'last' },
              { name: 'day' },
              { name: 'from', schema: { type: 'string' } },
              { name: 'to' },
              { name: 'peaks' },
              { name: 'resolution', schema: { enum: ['minute', 'hour'] } },
            ],
          },
        },
        '/insights/versions': {},
        '/insights/users': {},
        '/insights/week-hours': {},
        '/insights/stream': {
          get: { responses: { 200: { content: { 'text/event-stream': {} } }, 503: {} } },
        },
        '/ledger': {},
      },
      components: { schemas: { Insights: { type: 'object' }, Problem: { type: 'object' } } },
    });
  });

  it('has a page without scripts and without other hosts', async () => {
    const { body, headers } = await get('/docs');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain('/insights/traffic');
    expect(body).not.toMatch(/<script|<style|style=|https?:\/\/(?!json-schema)/);
    expect((await get('/docs/style.css')).headers['content-type']).toBe('text/css; charset=utf-8');
  });
});
