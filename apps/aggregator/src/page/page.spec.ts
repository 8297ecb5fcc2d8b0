import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '@login-pipeline/observability';
import { ProblemDetailsFilter } from '@login-pipeline/service';
import { PageModule } from './page.module.ts';

const HTML = '<!doctype html><title>Logins</title>';
const SCRIPT = 'document.title = "Logins";';

let folder: string;
let app: NestFastifyApplication;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
  await writeFile(join(folder, 'index.html'), HTML);
  await writeFile(join(folder, 'main-1A2B.js'), SCRIPT);
  await writeFile(join(folder, 'main-1A2B.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(folder, 'main-1A2B.js.gz'), gzipSync(SCRIPT));
  app = await NestFactory.create<NestFastifyApplication>(
    PageModule.register({ folder }),
    new FastifyAdapter(),
    { logger: false, abortOnError: false },
  );
  const logger = createLogger({ service: 'test', version: '0', level: 'silent', pretty: false });
  app.useGlobalFilters(new ProblemDetailsFilter(logger));
  await app.init();
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

function get(
  url: string,
  headers: Record<string, string> = {},
): ReturnType<NestFastifyApplication['inject']> {
  return app.inject({ url, headers });
}

describe('the page', () => {
  it('is asked for every time', async () => {
    const { body, headers } = await get('/');
    expect(body).toBe(HTML);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    const again = await get('/', { 'if-none-match': String(headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('is kept for ever as to the files that have a digest in their names', async () => {
    const { body, headers } = await get('/page/main-1A2B.js');
    expect(body).toBe(SCRIPT);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['identity', undefined, (body: Buffer) => body],
    ['', undefined, (body: Buffer) => body],
  ] as const)('is sent to a browser that takes "%s" as %s', async (accepted, coding, decode) => {
    const response = await get('/page/main-1A2B.js', { 'accept-encoding': accepted });
    expect(response.headers['content-encoding']).toBe(coding);
    expect(response.headers.vary).toBe('accept-encoding');
    expect(decode(response.rawPayload).toString()).toBe(SCRIPT);
  });

  it.each(['/page/other.js', '/page/main-1A2B.js.br', '/page/..%2Fmain.js', '/page/%00', '/page/'])(
    'has no %s',
    async (url) => {
      expect((await get(url)).statusCode).toBe(404);
    },
  );

  it('must be there when the service starts', () => {
    const elsewhere = join(folder, 'elsewhere');
    expect(() => PageModule.register({ folder: elsewhere })).toThrow(/elsewhere has no index.html/);
  });
});
