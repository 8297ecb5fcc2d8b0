import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestCluster } from '../testing/index.ts';
import { createClient } from './connection.ts';

const cluster = new TestCluster();
/** As a load balancer is whose broker is dead. */
let closing: Server;

beforeAll(async () => {
  closing = createServer((socket) => socket.resume().end());
  closing.listen(0, '127.0.0.1');
  await once(closing, 'listening');
});
afterAll(async () => {
  closing.close();
  await cluster.close();
});

it('goes on to the next broker when one accepts connections and closes them', async () => {
  const { port } = closing.address() as AddressInfo;
  const brokers = [`127.0.0.1:${port}`, ...cluster.connection.brokers];
  const admin = createClient({ ...cluster.connection, brokers }, cluster.logger, 'start').admin();
  await admin.connect();
  expect((await admin.describeCluster()).brokers.length).toBeGreaterThan(0);
  await admin.disconnect();
});
