import { afterEach, describe, expect, it } from '@jest/globals';
import type { Flow } from '@login-pipeline/nest-streams';
import { FlowWatch } from '@login-pipeline/nest-streams';
import { createHttpApp } from '@login-pipeline/service';
import { testContext } from '@login-pipeline/service/testing';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FLOW } from './flow-answer.ts';
import { FlowController } from './flow.controller.ts';

@Module({
  controllers: [FlowController],
  providers: [{ provide: FlowWatch, useFactory: () => ({ flow: () => flow }) }],
})
class KnownFlowModule {}

const NOON = new Date('2026-11-23T12:00:00.000Z');

let app: NestFastifyApplication;
let flow: Flow | undefined;

async function get(
  url = '/flow',
  headers: Record<string, string> = {},
): ReturnType<NestFastifyApplication['inject']> {
  app = await createHttpApp(KnownFlowModule, testContext({}));
  return app.inject({ url, headers });
}

afterEach(async () => {
  await app.close();
  flow = undefined;
});

describe('GET /flow', () => {
  it('tells what became of every consumed record', async () => {
    flow = { time: NOON, emitted: 70, dropped: 25, deadLettered: 5, uncounted: 0, lag: 3 };
    const answer = (await get()).json<unknown>();
    expect(answer).toEqual({
      available: true,
      time: '2026-11-23T12:00:00.000Z',
      consumed: 100,
      emitted: 70,
      dropped: 25,
      deadLettered: 5,
      lag: 3,
    });
    expect(FLOW.parse(answer)).toEqual(answer);
  });

  it('tells where the counts began anew', async () => {
    flow = { time: NOON, emitted: 70, dropped: 25, deadLettered: 5, uncounted: 4712, lag: 3 };
    const answer = (await get()).json<unknown>();
    expect(answer).toMatchObject({ consumed: 100, uncounted: 4712 });
    expect(FLOW.parse(answer)).toEqual(answer);
  });

  it('says so while nothing is known', async () => {
    const answer = (await get()).json<unknown>();
    expect(answer).toEqual({ available: false, reason: expect.stringContaining('not known yet') });
    expect(FLOW.parse(answer)).toEqual(answer);
  });

  it('answers 304 to who has the answer already', async () => {
    const { headers } = await get();
    await app.close();
    const again = await get('/flow', { 'if-none-match': String(headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('refuses members of a query that it does not know', async () => {
    expect((await get('/flow?since=noon')).statusCode).toBe(400);
  });
});
