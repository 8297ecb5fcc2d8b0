import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Module,
  NotFoundException,
  Param,
  Post,
  Res,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FastifyReply, InjectOptions, LightMyRequestResponse } from 'fastify';
import { createHttpApp } from './http-app.ts';
import { createLogger, defineMetrics, Metrics } from '@login-pipeline/observability';
import { ProblemException } from './problem-details.filter.ts';
import { Health } from './health.ts';
import { testContext } from './testing/index.ts';

@Controller('things')
class ThingsController {
  @Get('problem')
  problem(): never {
    throw new ProblemException(400, 'limit: expected an integer', { parameter: 'limit' });
  }

  @Get('list')
  list(): never {
    throw new BadRequestException(['a is wrong', 'b is wrong']);
  }

  @Get('bug')
  bug(): never {
    throw new TypeError('secret internals');
  }

  @Get('late')
  late(@Res() reply: FastifyReply): never {
    reply.hijack();
    reply.raw.write('half');
    throw new Error('too late');
  }

  @Get('by-id/:id')
  byId(@Param('id') id: string): never {
    throw new NotFoundException(`no thing ${id}`);
  }

  @Post()
  create(@Body() thing: unknown): unknown {
    return thing;
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

let app: NestFastifyApplication;
let health: Health;
let metrics: Metrics;
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
  health = new Health();
  metrics = new Metrics();
  app = await createHttpApp(ThingsModule, testContext({}, { logger, metrics, health }));
});

afterEach(() => app.close());

function get(url: string, options: InjectOptions = {}): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'GET', url, ...options });
}

describe('A probe', () => {
  it('lists the parts that are well, and only those that have a say in it', async () => {
    health.register('consumer', { notLive: () => undefined });
    health.register('registry', { notReady: () => 'gives no answer' });
    const answer = await get('/health/live');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toContain('no-store');
    expect(answer.json()).toEqual({
      status: 'ok',
      info: { consumer: { status: 'up' } },
      error: {},
      details: { consumer: { status: 'up' } },
    });
  });

  it('tells why a part is not ready, whatever comes after it, and leaves the log alone', async () => {
    health.register('consumer', { notReady: () => 'not assigned' });
    health.register('producer', { notReady: () => undefined });
    const answer = await get('/health/ready?verbose');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toContain('no-store');
    expect(answer.json()).toEqual({
      status: 'error',
      info: { producer: { status: 'up' } },
      error: { consumer: { status: 'down', message: 'not assigned' } },
      details: {
        consumer: { status: 'down', message: 'not assigned' },
        producer: { status: 'up' },
      },
    });
    expect(log).toEqual([]);
  });

  it('asks the parts anew each time', async () => {
    let reason: string | undefined = 'partition 3 stands still';
    health.register('watchdog', { notLive: () => reason });
    expect((await get('/health/live')).statusCode).toBe(503);
    reason = undefined;
    expect((await get('/health/live')).statusCode).toBe(200);
  });

  it('passes in a service without parts', async () => {
    const answer = await get('/health/ready');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'ok', info: {}, error: {}, details: {} });
  });

  it('has the same status for HEAD, without a body', async () => {
    health.register('consumer', { notReady: () => 'not assigned' });
    const ready = await get('/health/ready', { method: 'HEAD' });
    expect([ready.statusCode, ready.body]).toEqual([503, '']);
    const live = await get('/health/live', { method: 'HEAD' });
    expect([live.statusCode, live.body]).toEqual([200, '']);
  });

  it('that a bug breaks is answered as every bug is', async () => {
    health.register('consumer', {
      notReady: () => {
        throw new TypeError('secret internals');
      },
    });
    const answer = await get('/health/ready');
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).not.toContain('secret internals');
    expect(log).toHaveLength(1);
  });
});

it('Two parts of one name are refused', () => {
  health.register('consumer', {});
  expect(() => {
    health.register('consumer', {});
  }).toThrow('A health part named consumer is registered already');
});

it('A scrape gets the metrics in the Prometheus text format', async () => {
  const SHOP = defineMetrics({ open_partitions: { kind: 'gauge', unit: 'partitions', help: 'x' } });
  metrics.set(SHOP.open_partitions, {}, 3);
  const answer = await get('/metrics');
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(answer.body).toContain('open_partitions 3\n');
});

describe('An error answer', () => {
  it.each<[string, InjectOptions & { readonly url: string }, number, string]>([
    ['a route that is not there', { url: '/nothing' }, 404, 'Cannot GET /nothing'],
    ['a thing that is not there', { url: '/things/by-id/7?x=1' }, 404, 'no thing 7'],
    ['a problem of the service', { url: '/things/problem' }, 400, 'limit: expected an integer'],
    ['a list of faults', { url: '/things/list' }, 400, 'a is wrong; b is wrong'],
    ['an unexpected error', { url: '/things/bug' }, 500, 'An unexpected error; the log has it.'],
    ['a malformed URL', { url: '/%zz' }, 400, "'/%zz' is not a valid url component"],
    [
      'a body of unknown type',
      { url: '/things', method: 'POST', payload: 'x', headers: { 'content-type': 'text/x' } },
      415,
      'Unsupported Media Type',
    ],
  ])('is a problem document for %s', async (_, options, status, detail) => {
    const answer = await app.inject({ method: 'GET', ...options });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({
      type: 'about:blank',
      title: expect.any(String),
      status,
      detail,
      instance: options.url.replace(/\?.*/, ''),
    });
  });

  it('has the members that a problem adds', async () => {
    expect((await get('/things/problem')).json()).toHaveProperty('parameter', 'limit');
  });

  it('names the methods that a path allows', async () => {
    const answer = await get('/health/live', { method: 'DELETE' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
    expect(answer.json()).toMatchObject({ title: 'Method Not Allowed', status: 405 });
  });

  it('keeps internals out of the answer and logs them once, without the query', async () => {
    const answer = await get('/things/bug?user_id=canary');
    expect(answer.body).not.toMatch(/secret internals|at /);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(/secret internals/);
    expect(log[0]).not.toMatch(/canary/);
  });

  it('cuts an answer that has begun', async () => {
    await expect(get('/things/late')).rejects.toThrow();
    expect(log).toHaveLength(1);
  });
});
