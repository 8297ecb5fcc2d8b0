import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '../testing/wait-for.ts';
import { plainSockets } from './plain-sockets.ts';

describe('plainSockets', () => {
  let server: Server;
  let port: number;
  let accepted: Socket | undefined;

  beforeEach(async () => {
    accepted = undefined;
    server = createServer((socket) => {
      accepted = socket.on('error', () => undefined);
    }).listen(0, 'localhost');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    accepted?.destroy();
    server.close();
  });

  async function open(): Promise<Socket> {
    const options = {
      host: 'localhost',
      port,
      ssl: undefined as never,
      onConnect: () => undefined,
    };
    const socket = plainSockets(options).on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  it('reads whole responses', async () => {
    const socket = await open();
    const read = once(socket, 'data');
    await waitFor('the connection', () => accepted !== undefined);
    const response = Buffer.from([0, 0, 0, 4, 0, 0, 0, 1]);
    accepted?.write(response.subarray(0, 3));
    accepted?.write(response.subarray(3));
    expect(await read).toEqual([response]);
    socket.destroy();
  });

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n', 'what listens there speaks HTTP: it is no Kafka broker'],
    ['\x15\x03\x03\x00\x02\x02\x50', 'what listens there speaks TLS'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'what listens there does not speak as a Kafka broker does'],
    ['\xff\xff\xff\xff', 'what listens there does not speak as a Kafka broker does'],
    ['\0\0\0\x02ab', 'what listens there does not speak as a Kafka broker does'],
  ])('ends a connection to what is no broker, and reads nothing: %j', async (greeting, told) => {
    const socket = await open();
    const read: Buffer[] = [];
    socket.on('data', (data: Buffer) => read.push(data));
    const failed = once(socket, 'error');
    await waitFor('the connection', () => accepted !== undefined);
    accepted?.write(greeting, 'latin1');
    expect(await failed).toEqual([new Error(told)]);
    expect(read).toEqual([]);
  });
});
