import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import { ask, RawConnection } from './hostile-client.ts';
import type { Answered, FromOptions, Target } from './hostile-client.ts';
import { aggregatorOf } from './restartable-aggregator.ts';
import { killServices, Service } from './service.ts';
import { waitFor } from './wait-for.ts';

/** Connections, streams, unanswered requests of one client; what docs/security.md promises. */
const MOST_CONNECTIONS = 256;
const MOST_STREAMS = 32;
const MOST_PIPELINED = 2;
const PROXY = '127.0.0.9';
/** Time-outs are 10 and 15 s. */
const TIMED_OUT_MS = 40_000;

describe('a hostile HTTP client', () => {
  const open: { close(): void }[] = [];
  let cluster: Cluster;
  let aggregator: Target;
  let transformer: Target;

  beforeAll(async () => {
    cluster = await Cluster.connect();
    const lane = await cluster.lane({ partitions: 1 });
    const settings = { HTTP_TRUSTED_PROXIES: `${PROXY}, 2001:db8::/32` };
    const started = await Service.start('transformer', { ...lane.settings, ...settings });
    aggregator = await aggregatorOf(lane, settings);
    transformer = await started.ready(60_000);
  });

  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });
  afterAll(async () => {
    await killServices();
    await cluster.disconnect();
  });

  /** @returns how many of so many connections that send nothing are still open */
  async function idle(service: Target, count: number, options?: FromOptions) {
    const connections: RawConnection[] = [];
    for (let opened = 0; opened < count; opened += 1) {
      const connection = await RawConnection.open(service, options);
      connections.push(connection);
      open.push({ close: () => connection.socket.destroy() });
    }
    const stillOpen = () => connections.filter(({ isOpen }) => isOpen).length;
    return { stillOpen };
  }

  async function follow(count: number, options?: FromOptions): Promise<Answered[]> {
    const answers: Answered[] = [];
    for (let asked = 0; asked < count; asked += 1) {
      const answer = await ask(aggregator, '/insights/stream', options);
      answers.push(answer);
      open.push(answer);
    }
    return answers;
  }

  it('gets no more connections than its share, and probes get in beside them', async () => {
    for (const service of [aggregator, transformer]) {
      const { stillOpen } = await idle(service, MOST_CONNECTIONS + 100);
      await waitFor('the oldest to be closed', () => stillOpen() <= MOST_CONNECTIONS);
      for (const path of ['/health/live', '/health/ready', '/metrics']) {
        expect((await ask(service, path)).status).toBe(200);
        expect((await ask(service, path, { from: '127.0.0.2' })).status).toBe(200);
      }
      expect(stillOpen()).toBeGreaterThan(0);
    }
  });

  it('loses connections that send nothing, or headers or a body byte by byte', async () => {
    const connections: RawConnection[] = [];
    for (const service of [aggregator, transformer]) {
      const from = { from: '127.0.0.3' };
      const [silent, headers, body] = [
        await RawConnection.open(service, from),
        await RawConnection.open(service, from),
        await RawConnection.open(service, from),
      ];
      headers.trickle('GET /metrics HTTP/1.1\r\nhost: x\r\nx-long: ', 'x');
      body.trickle('GET /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n', 'x');
      connections.push(silent, headers, body);
    }
    await waitFor(
      'all to be closed',
      () => connections.every(({ isOpen }) => !isOpen),
      TIMED_OUT_MS,
    );
  });

  it('that sends bodies in tiny chunks is refused, and probes get in beside it', async () => {
    for (const service of [aggregator, transformer]) {
      const connections: RawConnection[] = [];
      for (let opened = 0; opened < 40; opened += 1) {
        const connection = await RawConnection.open(service, { from: '127.0.0.8' });
        connection.flood(
          'GET /nix HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n',
          '1\r\nx\r\n'.repeat(10_000),
        );
        connections.push(connection);
      }
      expect((await ask(service, '/health/live')).status).toBe(200);
      await waitFor('all to be closed', () => connections.every(({ isOpen }) => !isOpen));
      for (const { received } of connections) {
        expect(received).toMatch(/^HTTP\/1\.1 413 .*application\/problem\+json/s);
      }
    }
  });

  it('is cut off when it asks ahead for more than it reads', async () => {
    const connection = await RawConnection.open(aggregator, { from: '127.0.0.4' });
    const request = 'GET /insights HTTP/1.1\r\nhost: x\r\n\r\n';
    connection.socket.write(request.repeat(100 * MOST_PIPELINED));
    const closed = new Promise((resolve) => connection.socket.once('close', resolve));
    await closed;
    const answers = connection.received.split('HTTP/1.1 200 OK').length - 1;
    expect(answers).toBeLessThanOrEqual(MOST_PIPELINED);
  });

  it('takes its share of the live streams, and leaves hundreds to others', async () => {
    const own = await follow(MOST_STREAMS + 5);
    expect(own.map(({ status }) => status)).toEqual([
      ...Array.from({ length: MOST_STREAMS }, () => 200),
      ...Array.from({ length: 5 }, () => 429),
    ]);
    const refused = own.at(-1);
    expect(refused?.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '10',
    });
    expect(JSON.parse((await refused?.text()) ?? '')).toMatchObject({ status: 429 });
    for (let client = 10; client < 20; client += 1) {
      const others = await follow(25, { from: `127.0.0.${client}` });
      expect(new Set(others.map(({ status }) => status))).toEqual(new Set([200]));
    }
  });

  it('is whom a trusted proxy names, and cannot name itself', async () => {
    const forwarded = (client: string, from = PROXY): FromOptions => ({
      from,
      headers: { 'x-forwarded-for': client },
    });
    const { stillOpen } = await idle(aggregator, MOST_CONNECTIONS + 20, { from: PROXY });
    // What a client claims itself stands left of what the proxy says.
    const [last] = (await follow(MOST_STREAMS + 1, forwarded('10.1.1.1, 203.0.113.7'))).slice(-1);
    expect(last?.status).toBe(429);
    const [other] = await follow(1, forwarded('10.1.1.1, 203.0.113.8'));
    expect(other?.status).toBe(200);
    expect(stillOpen()).toBe(MOST_CONNECTIONS + 20);

    const statuses: (number | undefined)[] = [];
    for (let index = 0; index <= MOST_STREAMS; index += 1) {
      const [answer] = await follow(1, forwarded(`203.0.113.${index}`, '127.0.0.5'));
      statuses.push(answer?.status);
    }
    expect(statuses.at(-1)).toBe(429);
  });

  it('that asks without end leaves room for others, and its refusals are problem documents', async () => {
    const refusals: Answered[] = [];
    let asked = 0;
    let stopped = false;
    const attack = async (): Promise<void> => {
      while (!stopped) {
        asked += 1;
        const path = `/insights/traffic?peaks=${1 + (asked % 9_999)}`;
        const answer = await ask(aggregator, path, { from: '127.0.0.6' });
        if (answer.status !== 200) refusals.push(answer);
        await answer.text();
      }
    };
    const attackers = Array.from({ length: 50 }, attack);
    for (let turn = 0; turn < 4; turn += 1) {
      for (const path of ['/health/live', '/metrics', '/insights']) {
        expect((await ask(aggregator, path, { from: '127.0.0.7' })).status).toBe(200);
      }
    }
    stopped = true;
    await Promise.all(attackers);
    for (const { status, headers } of refusals) {
      expect([429, 503]).toContain(status);
      expect(headers['retry-after']).toMatch(/^\d+$/);
      expect(headers['content-type']).toBe('application/problem+json');
    }
  });
});
