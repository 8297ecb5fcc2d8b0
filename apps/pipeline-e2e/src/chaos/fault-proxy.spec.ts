import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '@login-pipeline/command';
import { waitFor } from '../wait-for.ts';
import { FaultProxy } from './fault-proxy.ts';
import { correlationIdOf, FrameSplitter, requestHeader } from './kafka-frames.ts';

const END_TXN = 26;
const FETCH = 1;

describe('the proxy', () => {
  const arrived: string[] = [];
  const answered: number[] = [];
  let broker: Server;
  let proxy: FaultProxy;
  let client: Socket;

  beforeEach(async () => {
    arrived.length = 0;
    answered.length = 0;
    const [port = 0, advertisedPort = 0] = await freePorts(2);
    broker = createServer((socket) => {
      const splitter = new FrameSplitter();
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        for (const frame of splitter.push(chunk)) {
          const { api, correlationId } = requestHeader(frame);
          arrived.push(api);
          socket.write(response(correlationId));
        }
      });
    }).listen(port, 'localhost');
    proxy = await FaultProxy.start([{ port, advertisedPort }]);
    client = connect(advertisedPort, 'localhost');
    const splitter = new FrameSplitter();
    client.on('error', () => undefined);
    client.on('data', (chunk: Buffer) => {
      for (const frame of splitter.push(chunk)) answered.push(correlationIdOf(frame));
    });
    await once(client, 'connect');
  });
  afterEach(async () => {
    client.destroy();
    await proxy.close();
    await new Promise((resolve) => broker.close(resolve));
  });

  it('hands requests and responses on, in order', async () => {
    for (const id of [1, 2, 3]) client.write(request(FETCH, id));
    await waitFor('three answers', () => answered.length === 3);
    expect(answered).toEqual([1, 2, 3]);
  });

  it('knows what a response answers', async () => {
    proxy.inject(({ direction, api }) =>
      direction === 'response' && api === 'EndTxn' ? 'swallow' : 'pass',
    );
    client.write(request(END_TXN, 1));
    client.write(request(FETCH, 2));
    await waitFor('the other answer', () => answered.length > 0);
    expect(answered).toEqual([2]);
    expect(arrived).toEqual(['EndTxn', 'Fetch']);
  });

  it('holds a marked request, and delivers it although its sender is gone', async () => {
    const point = proxy.holdFirst(({ api }) => api === 'EndTxn');
    client.write(request(END_TXN, 1));
    const { hangUp, clientId, transactionalId } = await point.reached;
    expect({ clientId, transactionalId }).toEqual({ clientId: 'c', transactionalId: 't' });
    hangUp();
    await closed(client);
    expect(arrived).toEqual([]);
    point.release();
    await waitFor('the request', () => arrived.length > 0);
    expect(arrived).toEqual(['EndTxn']);
  });

  it('answers a request in the place of the broker', async () => {
    proxy.inject(({ api }) => (api === 'EndTxn' ? response(77) : 'pass'));
    client.write(request(END_TXN, 77));
    client.write(request(FETCH, 2));
    await waitFor('two answers', () => answered.length === 2);
    expect(answered.toSorted()).toEqual([2, 77]);
    expect(arrived).toEqual(['Fetch']);
  });

  it('cuts the connection of a request, until the fault is taken away', async () => {
    const heal = proxy.inject(() => 'reset');
    client.write(request(FETCH, 1));
    await closed(client);
    heal();
    const [, port = ''] = proxy.addresses.split(':');
    client = connect(Number(port), 'localhost');
    client.write(request(FETCH, 2));
    await waitFor('the request', () => arrived.length > 0);
  });
});

/** Unlike `once` of node:events it takes an error as one way to close. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
}

function request(api: number, correlationId: number): Buffer {
  const frame = Buffer.alloc(18);
  frame.writeInt32BE(14, 0);
  frame.writeInt16BE(api, 4);
  frame.writeInt32BE(correlationId, 8);
  frame.writeInt16BE(1, 12);
  frame.write('c', 14);
  frame.writeInt16BE(1, 15);
  frame.write('t', 17);
  return frame;
}

function response(correlationId: number): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeInt32BE(4, 0);
  frame.writeInt32BE(correlationId, 4);
  return frame;
}
