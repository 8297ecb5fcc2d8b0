import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Clients } from './clients.ts';
import { Connections } from './connections.ts';

const BOUNDS = { total: 5, perClient: 3, pipelined: 2, readMs: 1000 };
const PROXY = '127.0.0.9';
const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

const NO_TIMER = setTimeout(() => undefined, 0);

let server: Server;
let connections: Connections;
/** Requests that wait for their answer. */
let asked: ServerResponse[];
let sockets: Socket[];

beforeEach(async () => {
  // Its own clock must not check beside those of the tests: on a busy machine it gets to it.
  jest.spyOn(globalThis, 'setInterval').mockReturnValue(NO_TIMER);
  asked = [];
  sockets = [];
  server = createServer((_request, response) => asked.push(response));
  connections = new Connections(new Clients([PROXY]), BOUNDS);
  connections.watch(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  jest.restoreAllMocks();
});

/** @returns a connection that the server has seen */
async function open(from = '127.0.0.1'): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  const seen = once(server, 'connection');
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  sockets.push(socket);
  // A refused one is reset.
  socket.on('error', () => undefined);
  await seen;
  return socket;
}

async function ask(socket: Socket): Promise<void> {
  const seen = once(server, 'request');
  socket.write(REQUEST);
  await seen;
}

async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise((resolve) => socket.resume().once('close', resolve));
}

describe('Connections', () => {
  it('closes the one of a client that has been idle for longest, to make room for its next one', async () => {
    const [first, second, third] = [await open(), await open(), await open()];
    await ask(first);
    const answered = once(first, 'data');
    asked[0]?.end();
    await answered;
    await open();
    await closed(second);
    expect([first.destroyed, third.destroyed]).toEqual([false, false]);
    expect(connections.size).toBe(3);
  });

  it('keeps connections on which an answer is owed, and refuses the next one', async () => {
    for (const socket of [await open(), await open(), await open()]) await ask(socket);
    const refused = await open();
    await closed(refused);
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([refused]);
  });

  it('takes from the client that has most when there are too many in all', async () => {
    const idle = await open('127.0.0.2');
    const most = [await open('127.0.0.2'), await open('127.0.0.2')];
    const others = [await open('127.0.0.3'), await open('127.0.0.4'), await open('127.0.0.5')];
    await closed(idle);
    expect([...most, ...others].filter(({ destroyed }) => destroyed)).toEqual([]);
    expect(connections.size).toBe(5);
  });

  it('lets a trusted proxy have as many as there are, and takes from it last', async () => {
    const ofProxy = [await open(PROXY), await open(PROXY), await open(PROXY), await open(PROXY)];
    const other = await open('127.0.0.2');
    const next = await open('127.0.0.3');
    await closed(other);
    expect([...ofProxy, next].filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  it('takes from the next client when the one that has most is owed an answer on all', async () => {
    for (const socket of [await open(), await open(), await open()]) await ask(socket);
    const idle = await open('127.0.0.2');
    await ask(await open(PROXY));
    const probe = await open('127.0.0.3');
    await closed(idle);
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([idle]);
    await ask(probe);
    expect(connections.size).toBe(5);
  });

  it('takes from a trusted proxy when all others are owed answers', async () => {
    for (const socket of [await open(), await open(), await open()]) await ask(socket);
    const [ofProxy, other] = [await open(PROXY), await open('127.0.0.2')];
    await ask(other);
    await ask(await open('127.0.0.3'));
    await closed(ofProxy);
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([ofProxy]);
  });

  it('closes one that asks ahead for too much', async () => {
    const socket = await open();
    socket.write(REQUEST.repeat(3));
    await closed(socket);
    expect(connections.size).toBe(0);
  });

  it('closes one whose client does not read what it asked for', async () => {
    const [slow, quick] = [await open(), await open()];
    for (const socket of [slow, quick]) await ask(socket);
    slow.pause();
    quick.resume();
    const [toSlow, toQuick] = asked;
    toSlow?.write(Buffer.alloc(20_000_000));
    await new Promise((resolve) => toQuick?.write(Buffer.alloc(20_000_000), resolve));
    connections.check(0);
    connections.check(999);
    expect(connections.size).toBe(2);
    connections.check(1000);
    await closed(slow);
    expect(quick.destroyed).toBe(false);
  });

  it('looks for such ones by itself, every second', async () => {
    const slow = await open();
    await ask(slow);
    slow.pause();
    asked[0]?.write(Buffer.alloc(20_000_000));
    connections.check(performance.now() - BOUNDS.readMs);
    const [look, everyMs] = jest.mocked(setInterval).mock.calls[0] ?? [];
    look?.();
    await closed(slow);
    expect(everyMs).toBe(1_000);
  });
});
