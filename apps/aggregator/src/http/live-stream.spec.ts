import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { login, SOME_TIME_MS, stateOf } from '../state/testing/logins.ts';
import { CachedAnswer } from './answer-cache.ts';
import { LiveStream } from './live-stream.ts';
import type { Question } from './live-stream.ts';
import { liveBoard, startApp } from './testing/app.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A stream of numbered answers, without its timer's help. */
function numbered(bounds = { total: 10, perClient: 10 }): {
  live: LiveStream;
  question: Question;
  change: () => void;
} {
  let answer = CachedAnswer.of({ number: 1 });
  let number = 1;
  const live = new LiveStream(bounds);
  open.push(live);
  return {
    live,
    question: { key: '', newest: () => answer },
    change: () => {
      number += 1;
      answer = CachedAnswer.of({ number });
    },
  };
}

function connected(
  { live, question }: Pick<ReturnType<typeof numbered>, 'live' | 'question'>,
  lastEventId?: string,
): Readable {
  const stream = live.connect('a', question, lastEventId);
  if (typeof stream === 'string') throw new Error('there are too many streams');
  return stream;
}

function taken(stream: Readable): string {
  const chunk: unknown = stream.read();
  return Buffer.isBuffer(chunk) ? chunk.toString() : '';
}

describe('LiveStream', () => {
  it('sends the answer on connection and again only when it has changed', () => {
    const { live, question, change } = numbered();
    const stream = connected({ live, question });
    expect(taken(stream)).toMatch(/^retry: 2000\n\nid: [\w-]+\ndata: {"number":1}\n\n$/);
    live.tick();
    expect(taken(stream)).toBe('');
    change();
    live.tick();
    expect(taken(stream)).toMatch(/^id: [\w-]+\ndata: {"number":2}\n\n$/);
  });

  it('does not send again what the client says it has', () => {
    const { live, question, change } = numbered();
    const id = CachedAnswer.of({ number: 1 }).digest;
    const stream = connected({ live, question }, id);
    expect(taken(stream)).toBe('retry: 2000\n\n');
    change();
    live.tick();
    expect(taken(stream)).toContain('"number":2');
  });

  it('gives a sign of life while nothing changes', () => {
    const { live, question } = numbered();
    const stream = connected({ live, question });
    taken(stream);
    for (let tick = 0; tick < 15; tick += 1) live.tick();
    expect(taken(stream)).toBe(': still here\n\n');
  });

  it('drops a client that does not take its answers', async () => {
    const { live, question, change } = numbered();
    const [slow, quick] = [connected({ live, question }), connected({ live, question })];
    taken(quick);
    change();
    live.tick();
    await once(slow, 'close');
    expect(slow.destroyed).toBe(true);
    expect(quick.destroyed).toBe(false);
    expect(live.followers).toBe(1);
  });

  it('sends nothing to clients whose streams it has ended, and takes no new ones', () => {
    const { live, question, change } = numbered();
    const stream = connected({ live, question });
    const errors: unknown[] = [];
    stream.once('error', (error) => errors.push(error));
    live.close();
    change();
    live.tick();
    expect(stream.errored).toBeNull();
    expect(errors).toEqual([]);
    expect(live.connect('a', question)).toBe('all');
  });

  it('takes no more followers than it may, of one client and of all', async () => {
    const { live, question } = numbered({ total: 3, perClient: 2 });
    const stream = connected({ live, question });
    connected({ live, question });
    expect(live.connect('a', question)).toBe('own');
    live.connect('b', question);
    expect(live.connect('b', question)).toBe('all');
    stream.destroy();
    await once(stream, 'close');
    expect(live.connect('a', question)).toBeInstanceOf(Readable);
  });

  it('writes to many in parts, between which other work gets its turn', async () => {
    const { live, question, change } = numbered({ total: 120, perClient: 120 });
    const streams = Array.from({ length: 120 }, () => connected({ live, question }));
    for (const stream of streams) taken(stream);
    change();
    live.tick();
    const written = () => streams.filter((stream) => stream.readableLength > 0).length;
    expect(written()).toBe(50);
    await setImmediate();
    expect(written()).toBe(100);
    await setImmediate();
    expect(written()).toBe(120);
  });
});

describe('GET /insights/stream', () => {
  async function listening(): Promise<{
    app: NestFastifyApplication;
    port: number;
    grow: () => void;
  }> {
    const state = stateOf([SOME_TIME_MS]);
    const board = liveBoard([state]);
    const app = await startApp(board);
    open.push(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return {
      app,
      port,
      grow: () => {
        state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
        board.show(0, state);
      },
    };
  }

  async function follow(port: number): Promise<[ClientRequest, IncomingMessage]> {
    const sent = request({ port, host: '127.0.0.1', path: '/insights/stream' });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return [sent, response];
  }

  it('sends the insights as they grow', async () => {
    const { port, grow } = await listening();
    const [sent, response] = await follow(port);
    expect(response.headers['content-type']).toBe('text/event-stream');
    expect(response.headers['content-security-policy']).toBeDefined();
    let text = '';
    for await (const chunk of response) {
      const before = text;
      text += String(chunk);
      if (text.includes('"total":2')) break;
      if (!before.includes('"total":1') && text.includes('"total":1')) grow();
    }
    sent.destroy();
    expect(text.match(/^id: /gm)).toHaveLength(2);
  });

  it('ends with its connection, also one that waits there for its turn', async () => {
    const { port } = await listening();
    // More than one client may have.
    for (let opened = 0; opened < 40; opened += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.write('GET /insights/stream HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2));
      await once(socket, 'data');
      socket.destroy();
    }
    let statusCode: number | undefined;
    while (statusCode !== 200) {
      const [sent, response] = await follow(port);
      ({ statusCode } = response);
      sent.destroy();
    }
    expect(statusCode).toBe(200);
  });

  it('ends when the service stops', async () => {
    const { app, port } = await listening();
    const [, response] = await follow(port);
    response.resume();
    const ended = once(response, 'close');
    await app.close();
    await ended;
    expect(response.destroyed).toBe(true);
  });

  it('answers HEAD without following', async () => {
    const app = await startApp(liveBoard([]));
    open.push(app);
    const statuses = new Set<number>();
    for (let asked = 0; asked < 250; asked += 1) {
      const response = await app.inject({ method: 'HEAD', url: '/insights/stream' });
      statuses.add(response.statusCode);
    }
    expect([...statuses]).toEqual([200]);
  });
});
