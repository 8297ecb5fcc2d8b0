import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLogger } from '@login-pipeline/observability';
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

it('takes no broker for unreachable because its own client ends a connection that is being set up', async () => {
  const warnings: string[] = [];
  const logger = createLogger({
    service: 'test',
    version: '0',
    level: 'warn',
    pretty: false,
    destination: { write: (line) => void warnings.push(line) },
  });
  for (let turns = 0; turns < 30; turns += 1) {
    const admin = createClient(cluster.connection, logger, 'run').admin();
    const connecting = admin.connect();
    for (let taken = 0; taken < turns % 10; taken += 1) await turn();
    await Promise.allSettled([admin.disconnect(), connecting]);
    await admin.disconnect();
  }
  expect(warnings).toEqual([]);
});
