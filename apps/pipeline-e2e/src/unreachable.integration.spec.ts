import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '@login-pipeline/command';
import { startKafka } from '@login-pipeline/embedded-kafka';
import type { ProxiedListener, RunningKafka } from '@login-pipeline/embedded-kafka';
import type { Fault } from './chaos/fault-proxy.ts';
import { FaultProxy } from './chaos/fault-proxy.ts';
import { endedIn, fatalMessage } from './failed-start.ts';
import { runTool } from './secure-kafka.ts';
import { killServices, Service } from './service.ts';
import type { AppName, Settings } from './service.ts';

const APPS: readonly AppName[] = ['transformer', 'aggregator', 'data-generator'];
const TOOLS = ['topics', 'doctor', 'redrive', 'positions', 'transactions'] as const;
/** What a tool needs to look at the cluster. */
const ARGUMENTS: Readonly<Record<(typeof TOOLS)[number], readonly string[]>> = {
  topics: [],
  doctor: [],
  redrive: [],
  positions: ['show'],
  transactions: ['list'],
};
/** Of a new broker on a busy machine. */
const BUSY_MS = 60_000;
/** As long as "localhost", so that one can stand where the other was. No resolver knows it (RFC 6761, 6.4). */
const NO_HOST = 'x.invalid';
/** Every name has two addresses, as "localhost" has on most machines. */
const BOTH_FAMILIES = `--import data:text/javascript,${encodeURIComponent(
  'import dns from "node:dns"; dns.lookup = (name, options, done) =>' +
    ' done(null, [{ address: "::1", family: 6 }, { address: "127.0.0.1", family: 4 }]);',
)}`;
/** What only those understand who know the code it comes from. */
const INSIDES = /undefined|destructure|is not a function|\bnull\b|Error: *\.| : /;

/** What the service tells at its end, when it says nothing else but in vain. */
async function complaintOf(
  app: AppName,
  brokers: string,
  settings: Settings = {},
): Promise<string> {
  const service = await Service.start(app, { ...settings, KAFKA_BROKERS: brokers });
  expect(await endedIn(service, BUSY_MS)).toBe(69);
  const told = fatalMessage(service);
  expect(told).not.toMatch(INSIDES);
  expect(service.output).not.toContain('"stack"');
  return told;
}

/** What the tool tells at its end, in one line. */
async function toolComplaintOf(tool: (typeof TOOLS)[number], brokers: string): Promise<string> {
  const settings = { KAFKA_BROKERS: brokers };
  const ended: unknown = await runTool(tool, ARGUMENTS[tool], settings).catch(
    (failure: unknown) => failure,
  );
  const { code, stderr } = ended as { readonly code: number; readonly stderr: string };
  expect({ code, stderr }).toEqual({
    code: 69,
    stderr: expect.stringMatching(/^[^\n]+\n$/) as unknown,
  });
  return stderr;
}

describe('brokers that cannot be reached', () => {
  let kafka: RunningKafka;
  /** A listener of the broker, and where it tells clients to go: nothing listens there, unless a test does. */
  let listener: ProxiedListener;
  const servers: Server[] = [];

  beforeAll(async () => {
    kafka = await startKafka({ proxied: true });
    const [node] = kafka.nodes;
    if (node?.proxied === undefined) throw new Error('no listener');
    listener = node.proxied;
  });
  afterEach(async () => {
    await killServices();
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => kafka.stop());

  async function listening(server: Server, port = 0): Promise<number> {
    servers.push(server);
    server.listen(port, 'localhost');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  it.each(APPS)('tells an advertised listener that refuses: %s', async (app) => {
    const bootstrap = `localhost:${listener.port}`;
    const told = await complaintOf(app, bootstrap);
    expect(told).toContain(`${bootstrap} (KAFKA_BROKERS)`);
    expect(told).toContain(`localhost:${listener.advertisedPort}`);
    expect(told).toContain('broker 1');
    expect(told).toContain('ECONNREFUSED');
    expect(told).toContain('advertised.listeners');
  });

  it('tells an advertised listener that takes connections and does not answer', async () => {
    await listening(
      createServer((socket) => socket.on('error', () => undefined).resume()),
      listener.advertisedPort,
    );
    const told = await complaintOf('transformer', `localhost:${listener.port}`);
    expect(told).toContain(`localhost:${listener.advertisedPort}`);
    expect(told).toContain('does not answer');
    expect(told).toContain('advertised.listeners');
  });

  it('tells an advertised listener whose name has no address', async () => {
    const [port = 0] = await freePorts(1);
    const proxy = await FaultProxy.start([{ port: listener.port, advertisedPort: port }]);
    proxy.inject(renamed);
    const told = await complaintOf('transformer', proxy.addresses);
    expect(told).toContain(`${NO_HOST}:${listener.advertisedPort}`);
    expect(told).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(told).toContain('advertised.listeners');
    await proxy.close();
  });

  it.each(['topics', 'doctor'] as const)('tells it in npm run %s too', async (tool) => {
    const told = runTool(tool, [], { KAFKA_BROKERS: `localhost:${listener.port}` });
    await expect(told).rejects.toMatchObject({
      code: 69,
      stderr: expect.stringMatching(
        new RegExp(`localhost:${listener.advertisedPort}.*advertised\\.listeners`),
      ) as unknown,
    });
  });

  it('names every address of a name that refuses, with the reason', async () => {
    const [port = 0] = await freePorts(1);
    const settings = { NODE_OPTIONS: BOTH_FAMILIES };
    const told = await complaintOf('transformer', `localhost:${port}`, settings);
    // A machine without IPv6 has another reason there.
    expect(told).toMatch(new RegExp(`E[A-Z]+ ::1:${port}.*ECONNREFUSED 127\\.0\\.0\\.1:${port}`));
  });

  it('tells a name that has no address, and a server of another kind', async () => {
    const http = await listening(createHttpServer((_, response) => response.end('hello')));
    const told = await Promise.all([
      complaintOf('transformer', `${NO_HOST}:9092`),
      complaintOf('transformer', `localhost:${http}`),
    ]);
    expect(told[0]).toMatch(new RegExp(`(ENOTFOUND|EAI_AGAIN) ${NO_HOST}.*`));
    expect(told[1]).toContain('HTTP');
    expect(told[1]).toContain(`localhost:${http} (KAFKA_BROKERS)`);
  });

  it.each([
    ['a negative size', () => 'ffffffff'],
    ['a size without room for a correlation id', () => '00000002abcd'],
    ['answers with nothing in them', (id: string) => `00000004${id}`],
  ])('tells a server that sends %s, in services and tools', async (_, answer) => {
    const foreign = await listening(
      createServer((socket) =>
        socket
          .on('error', () => undefined)
          // Of a request, the correlation id.
          .on('data', (request) => socket.write(answer(request.toString('hex', 8, 12)), 'hex')),
      ),
    );
    const brokers = `localhost:${foreign}`;
    const told = await Promise.all([
      ...APPS.map((app) => complaintOf(app, brokers)),
      ...TOOLS.map((tool) => toolComplaintOf(tool, brokers)),
    ]);
    for (const complaint of told) {
      expect(complaint).toContain(`${brokers} (KAFKA_BROKERS)`);
      expect(complaint).toContain('does not speak as a Kafka broker does');
    }
  });

  it('is told once per outage while a service runs, and that it is over', async () => {
    let proxy = await FaultProxy.start([listener]);
    await runTool('topics', [], { KAFKA_BROKERS: kafka.bootstrapServers });
    const settings = { KAFKA_BROKERS: proxy.addresses, LOG_LEVEL: 'debug' };
    const service = await Service.start('transformer', settings);
    await service.ready(BUSY_MS);
    for (const outage of [1, 2]) {
      await proxy.close();
      await service.until('its warning', () => warnings(service) >= outage, BUSY_MS);
      const isUnready = async (): Promise<boolean> =>
        (await service.status('/health/ready')) === 503;
      await service.until('going on in vain', isUnready, BUSY_MS);
      proxy = await FaultProxy.start([listener]);
      await service.until('the end of the outage', () => ends(service) === outage, BUSY_MS);
      await service.ready(BUSY_MS);
      expect(warnings(service)).toBe(outage);
    }
    await proxy.close();
  }, 300_000);

  const renamed: Fault = ({ direction, api, bytes }) => {
    const at = bytes.indexOf('localhost');
    if (direction === 'response' && api === 'Metadata' && at >= 0) bytes.write(NO_HOST, at);
    return 'pass';
  };

  /** Of the address, which is that of KAFKA_BROKERS too: the first client to miss the broker says which. */
  function warnings(service: Service): number {
    const told = linesWith(service, 'cannot be reached').filter((line) =>
      line.includes(`localhost:${listener.advertisedPort}`),
    );
    return told.filter((line) => line.includes('"level":"warn"')).length;
  }

  function ends(service: Service): number {
    const told = linesWith(service, 'can be reached');
    return told.filter((line) => line.includes('"level":"info"')).length;
  }
});

function linesWith({ output }: Service, text: string): readonly string[] {
  return output.split('\n').filter((line) => line.includes(text));
}
