import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '../testing/wait-for.ts';
import { ClientSockets, openSockets } from './client-sockets.ts';

/** A request as it goes over the wire: its length, then header and body. */
function request(api: number, ...fields: readonly (string | number)[]): Buffer {
  const header = Buffer.alloc(8);
  header.writeInt16BE(api, 0);
  const body = Buffer.concat([header, ...fields.map(encoded)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function encoded(field: string | number): Buffer {
  const bytes = Buffer.alloc(typeof field === 'string' ? 2 : 4);
  if (typeof field === 'number') {
    bytes.writeInt32BE(field);
    return bytes;
  }
  bytes.writeInt16BE(Buffer.byteLength(field));
  return Buffer.concat([bytes, Buffer.from(field)]);
}

describe('ClientSockets', () => {
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

  async function open(sockets: ClientSockets): Promise<Socket> {
    const options = {
      host: 'localhost',
      port,
      ssl: undefined as never,
      onConnect: () => undefined,
    };
    const socket = sockets.factory(options).on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  const ours = () => openSockets().find(({ broker }) => broker === `localhost:${port}`);

  it('tells what each connection has last asked, and whether an answer came', async () => {
    const socket = await open(new ClientSockets());
    expect(ours()).toMatchObject({ request: 'none', answered: false });
    socket.write(request(1, 'client'));
    expect(ours()).toMatchObject({ request: 'Fetch', answered: false });
    await waitFor('the connection', () => accepted !== undefined);
    accepted?.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 1]));
    await waitFor('the answer', () => ours()?.answered);
    socket.write(request(12, 'client'));
    expect(ours()).toMatchObject({ request: 'Heartbeat', answered: false });
    socket.destroy();
    await once(socket, 'close');
    expect(ours()).toBeUndefined();
  });

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n', 'what listens there speaks HTTP: it is no Kafka broker'],
    ['\x15\x03\x03\x00\x02\x02\x50', 'what listens there speaks TLS'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'what listens there does not speak as a Kafka broker does'],
    ['\xff\xff\xff\xff', 'what listens there does not speak as a Kafka broker does'],
    ['\0\0\0\x02ab', 'what listens there does not speak as a Kafka broker does'],
  ])('ends a connection to what is no broker, and reads nothing: %j', async (greeting, told) => {
    const socket = await open(new ClientSockets());
    const read: Buffer[] = [];
    socket.on('data', (data: Buffer) => read.push(data));
    const failed = once(socket, 'error');
    await waitFor('the connection', () => accepted !== undefined);
    accepted?.write(greeting, 'latin1');
    expect(await failed).toEqual([new Error(told)]);
    expect(read).toEqual([]);
  });

  it('reads the member id of joins, and no other request for one', async () => {
    const ids: string[] = [];
    const socket = await open(new ClientSockets((id) => ids.push(id)));
    socket.write(request(11, 'client', 'group', 1, 2, '', 'consumer'));
    socket.write(request(14, 'client', 'group', 1, 2, 'no join', 'consumer'));
    socket.write(request(11, 'Kundin Ä', 'Gruppe ü', 1, 2, 'member-ß', 'consumer'));
    socket.write(Buffer.from([0, 0]));
    expect(ids).toEqual(['', 'member-ß']);
    socket.destroy();
  });

  it('ends the connections of its own client alone', async () => {
    const sockets = new ClientSockets();
    const [socket, other] = [await open(sockets), await open(new ClientSockets())];
    sockets.abort();
    expect([socket.destroyed, other.destroyed]).toEqual([true, false]);
    other.destroy();
  });
});
