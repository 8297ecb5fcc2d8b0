import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import { answerOf, probe } from './probe-answer.ts';
import type { AppName, Settings } from './service.ts';
import { killServices, Service } from './service.ts';

/** Who has a say in the probes of a service. */
interface Probes {
  readonly app: AppName;
  readonly live: readonly string[];
  readonly ready: readonly string[];
  /** Why it is not ready while its broker is silent. */
  readonly waiting: Readonly<Record<string, string>>;
}

const PROBES: readonly Probes[] = [
  {
    app: 'transformer',
    live: ['consumer'],
    ready: ['service', 'schemas', 'consumer'],
    waiting: { service: 'starting', consumer: 'not started' },
  },
  {
    app: 'aggregator',
    live: ['consumer'],
    ready: ['service', 'consumer'],
    waiting: { service: 'starting', consumer: 'not started' },
  },
  {
    app: 'data-generator',
    // No watchdog: its event loop answers, or it does not.
    live: [],
    ready: ['service', 'generator'],
    waiting: { service: 'starting', generator: 'not connected to Kafka' },
  },
];

describe('probes', () => {
  let cluster: Cluster;
  let settings: Readonly<Record<AppName, Settings>>;
  let silentBroker: string;
  const connections = new Set<Socket>();
  const broker = createServer((socket) => connections.add(socket));

  beforeAll(async () => {
    await once(broker.listen(0, '127.0.0.1'), 'listening');
    silentBroker = `127.0.0.1:${(broker.address() as AddressInfo).port}`;
    cluster = await Cluster.connect();
    const lane = await cluster.lane({ partitions: 1 });
    const snapshots = `${lane.output}-insights`;
    await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
    settings = {
      transformer: lane.settings,
      aggregator: { INPUT_TOPIC: lane.output, SNAPSHOT_TOPIC: snapshots, GROUP_ID: snapshots },
      'data-generator': { OUTPUT_TOPIC: lane.input },
    };
  });
  afterEach(killServices);
  afterAll(async () => {
    for (const socket of connections) socket.destroy();
    broker.close();
    await cluster.disconnect();
  });

  it.each(PROBES)('$app is live and ready once it works', async ({ app, live, ready }) => {
    const service = await (await Service.start(app, settings[app])).ready();
    expect(await probe(service, 'live')).toEqual(answerOf(live));
    expect(await probe(service, 'ready')).toEqual(answerOf(ready));
  });

  it.each(PROBES)('$app is live, and not ready, before it works', async (probes) => {
    const { app, live, ready, waiting } = probes;
    const service = await Service.start(app, { ...settings[app], KAFKA_BROKERS: silentBroker });
    const early = await service.until('an answer', () =>
      probe(service, 'ready').catch(() => undefined),
    );
    const up = ready.filter((part) => !(part in waiting));
    expect(early).toEqual(answerOf(up, waiting));
    expect(await probe(service, 'live')).toEqual(answerOf(live));
    expect(service.output).not.toContain('"level":"error"');
  });

  it('a service whose event loop stands still gives no answer', async () => {
    const service = await Service.start('data-generator', settings['data-generator']);
    await service.ready();
    service.signal('SIGSTOP');
    const frozen = fetch(`${service.url}/health/live`, { signal: AbortSignal.timeout(500) });
    await expect(frozen).rejects.toThrow('timeout');
    service.signal('SIGCONT');
    await service.until('live', async () => (await service.status('/health/live')) === 200);
  });
});
