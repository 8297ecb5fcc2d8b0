import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Controller, Get, Module, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { createHttpApp } from '../http-app.ts';
import { testContext } from '../testing/index.ts';

let streams: FastifyReply[];

@Controller()
class StreamController {
  @Get('stream')
  stream(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.write('begun');
    streams.push(reply);
  }
}

@Module({ controllers: [StreamController] })
class StreamModule {}

/** What Node says of a request whose rest it does not parse. */
interface Unparsed extends Error {
  readonly bytesParsed: number;
}

const HEAD = 'GET /health/live HTTP/1.1\r\nhost: x\r\n';
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`;
/** What Node reads at once at most. */
const ONE_READ = 65_536;
const TINY_CHUNKS = '1\r\nx\r\n'.repeat(10_000);

let app: NestFastifyApplication;
let server: Server;
let sockets: Socket[];

beforeEach(async () => {
  streams = [];
  sockets = [];
  app = await createHttpApp(StreamModule, testContext({}));
  await app.listen(0, '127.0.0.1');
  server = app.getHttpServer();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await app.close();
});

async function open(): Promise<Socket> {
  const { port, hostname } = new URL(await app.getUrl());
  const socket = connect({ port: Number(port), host: hostname });
  sockets.push(socket);
  // What is not read of a refused request resets its connection.
  socket.on('error', () => undefined);
  return socket;
}

/** @returns what was received until the service ended the connection */
async function send(bytes: string): Promise<{ head: string; body: string }> {
  const socket = await open();
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  const ended = new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
  socket.write(bytes);
  await ended;
  const [head = '', body = ''] = received.split('\r\n\r\n');
  return { head, body };
}

describe('A refusal of the server itself', () => {
  it.each([
    ['a body in chunks', CHUNKED + TINY_CHUNKS, 413, '/health/live'],
    ['a body in one chunk', `${CHUNKED}1\r\nx\r\n0\r\n\r\n`, 413, '/health/live'],
    ['a body that never comes', `${HEAD}content-length: 2147483648\r\n\r\n`, 413, '/health/live'],
    [
      'a body over 1 KiB',
      `POST /a?b HTTP/1.1\r\nhost: x\r\ncontent-length: 1025\r\n\r\n${'x'.repeat(1025)}`,
      413,
      '/a',
    ],
    ['no Host', 'GET /a HTTP/1.1\r\n\r\n', 400, '/a'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nhost: x\r\n\r\n', 400, undefined],
    ['no HTTP', '\u0016\u0003\u0001\r\n\r\n', 400, undefined],
    ['a length twice', `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n`, 400, undefined],
    ['headers over 16 KiB', `${HEAD}x: ${'x'.repeat(16_384)}\r\n\r\n`, 431, undefined],
  ])('of %s is a problem document', async (_, bytes, status, instance) => {
    const { head, body } = await send(bytes);
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head.toLowerCase()).toContain('content-type: application/problem+json\r\n');
    expect(head.toLowerCase()).toContain('connection: close');
    expect(head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(body)}\r\n`);
    const problem: unknown = JSON.parse(body);
    expect(problem).toMatchObject({ type: 'about:blank', status, detail: expect.any(String) });
    expect(problem).toHaveProperty('title');
    expect((problem as { instance?: string }).instance).toBe(instance);
  });

  it('of a HEAD request has no body', async () => {
    const { head, body } = await send(CHUNKED.replace('GET', 'HEAD'));
    expect(head).toContain('HTTP/1.1 413 ');
    expect(body).toBe('');
  });

  it('of a request that takes too long is a problem document', async () => {
    const accepted = once(server, 'connection');
    const socket = await open();
    const [own] = (await accepted) as [Socket];
    const code = 'ERR_HTTP_REQUEST_TIMEOUT';
    server.emit('clientError', Object.assign(new Error('too late'), { code }), own);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 .*"status":408/s);
  });

  it('is not written into an answer that has begun', async () => {
    const socket = await open();
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.write('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
    while (!received.includes('begun')) await once(socket, 'data');
    socket.write('FOO\r\n\r\n');
    await once(socket, 'close');
    expect(streams).toHaveLength(1);
    expect(received).not.toContain('HTTP/1.1 400');
  });
});

describe('The parser', () => {
  it('goes no further than the head of a request whose body is refused', async () => {
    const stopped = once(server, 'clientError');
    const asked: unknown[] = [];
    server.on('request', (request) => asked.push(request));
    const socket = await open();
    socket.write(CHUNKED + TINY_CHUNKS);
    const [error] = (await stopped) as [Unparsed];
    expect(error.bytesParsed).toBe(CHUNKED.length);
    expect(asked).toEqual([]);
  });

  it('reads nothing more of a client that sends on', async () => {
    const accepted = once(server, 'connection');
    const socket = await open();
    const [own] = (await accepted) as [Socket];
    const closed = once(own, 'close');
    const sendOn = (): void => {
      while (!socket.destroyed && socket.write(TINY_CHUNKS));
    };
    socket.on('drain', sendOn).resume();
    socket.write(CHUNKED);
    sendOn();
    await closed;
    expect(own.bytesRead).toBeLessThanOrEqual(2 * ONE_READ);
  });

  it('goes no further than the request that is asked too far ahead', async () => {
    let asked = 0;
    server.on('request', () => (asked += 1));
    const stopped = once(server, 'clientError');
    const socket = await open();
    socket.write(`${HEAD}\r\n`.repeat(1000));
    await stopped;
    expect(asked).toBe(3);
  });

  it('takes a small body of a request that needs none', async () => {
    const { head } = await send(`${HEAD}connection: close\r\ncontent-length: 1\r\n\r\nx`);
    expect(head).toContain('HTTP/1.1 200 OK');
  });
});
