import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHttpApp } from '../http-app.ts';
import { createLogger } from '@login-pipeline/observability';
import { testContext } from '../testing/index.ts';

@Module({})
class NoModule {}

const PROXY = '127.0.0.9';
let app: NestFastifyApplication;
let log: string[];

beforeEach(async () => {
  log = [];
  const destination = { write: (line: string) => void log.push(line) };
  const logger = createLogger({
    service: 's',
    version: '1',
    level: 'info',
    pretty: false,
    destination,
  });
  app = await createHttpApp(NoModule, testContext({}, { logger }), [PROXY]);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await app.close();
});

/** @returns how many of the requests had each status */
async function ask(url: string, times: number, answered?: (status: number) => void) {
  const statuses = new Map<number, number>();
  const askOnce = async (): Promise<void> => {
    const { statusCode } = await app.inject(url);
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    answered?.(statusCode);
  };
  await Promise.all(Array.from({ length: times }, askOnce));
  return statuses;
}

/** More requests than may wait. No time passes while they come, so that a slow machine floods, too. */
async function flood(url: string): Promise<Map<number, number>> {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  return await ask(url, 2000, (status) => {
    if (status === 429) clock.mockRestore();
  });
}

describe('The limits of one client', () => {
  it.each(['/%zz', '/nowhere', '/health/nothing', '/metricsx', '/health/live', '/metrics?x'])(
    'hold for %s',
    async (url) => {
      expect((await flood(url)).get(429)).toBeGreaterThan(0);
    },
  );

  it('leave probes and scrapes alone that are no flood', async () => {
    await flood('/nowhere');
    for (const url of ['/health/live', '/health/ready?verbose', '/metrics']) {
      expect(await ask(url, 10)).toEqual(new Map([[200, 10]]));
    }
  });

  it('hold for a request that expects something', async () => {
    await app.listen(0, '127.0.0.1');
    const request = get(`${await app.getUrl()}/health/live`, { headers: { expect: 'the worst' } });
    const response = await new Promise<IncomingMessage>((resolve) => {
      request.once('response', resolve);
    });
    response.resume();
    expect(response.statusCode).toBe(200);
  });
});

describe('A forwarded request', () => {
  const headers = { 'x-forwarded-for': '203.0.113.7' };

  it('from a peer that is no trusted proxy is warned of once, without addresses', async () => {
    for (let asked = 0; asked < 3; asked += 1) await app.inject({ url: '/health/live', headers });
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('HTTP_TRUSTED_PROXIES');
    expect(log[0]).not.toMatch(/203\.0|127\.0/);
  });

  it('from a trusted proxy is not', async () => {
    await app.inject({ url: '/health/live', headers, remoteAddress: PROXY });
    expect(log).toEqual([]);
  });
});
