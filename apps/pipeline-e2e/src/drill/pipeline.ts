import { startKafka } from '@login-pipeline/embedded-kafka';
import type { RunningKafka } from '@login-pipeline/embedded-kafka';
import { startExporterProcess } from '@login-pipeline/monitoring';
import type { ExporterProcess } from '@login-pipeline/monitoring';
import { FaultProxy } from '../chaos/fault-proxy.ts';
import { Cluster } from '../cluster.ts';
import { killServices, Service } from '../service.ts';
import type { AppName, Settings } from '../service.ts';

/** The names of operation: the rules know them. */
export const TOPICS = {
  input: 'user-login',
  output: 'processed-user-login',
  deadLetter: 'user-login.dead-letter',
  snapshots: 'login-insights',
} as const;

/** Its one replica is on the last broker. */
const UNREPLICATED = 'drill-unreplicated';
const PARTITIONS = 4;
const BROKERS = 3;
/** Logins per second: little, since this machine runs all of it. */
const RATE = '300';
/** All of it starts at once. */
const START_MS = 90_000;
/** Few, larger transactions: a share of them can be disturbed. */
const LINGER_MS = '400';

/** Everything that operators run, on this machine: brokers, services and the exporter. */
export class Pipeline {
  readonly kafka: RunningKafka;
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly exporter: ExporterProcess;
  readonly transformers: readonly [Service, Service];
  readonly aggregators: readonly [Service, Service];
  readonly generator: Service;
  /** Two more transformers, in a group of their own with nothing to do. */
  readonly idle: readonly [Service, Service];
  readonly #idleSettings: Settings;

  private constructor(parts: {
    kafka: RunningKafka;
    cluster: Cluster;
    proxy: FaultProxy;
    exporter: ExporterProcess;
    services: readonly Service[];
    idleSettings: Settings;
  }) {
    const [t1, t2, a1, a2, idle1, idle2, generator] = parts.services;
    if (!t1 || !t2 || !a1 || !a2 || !idle1 || !idle2 || !generator)
      throw new RangeError('services');
    this.kafka = parts.kafka;
    this.cluster = parts.cluster;
    this.proxy = parts.proxy;
    this.exporter = parts.exporter;
    this.transformers = [t1, t2];
    this.aggregators = [a1, a2];
    this.idle = [idle1, idle2];
    this.generator = generator;
    this.#idleSettings = parts.idleSettings;
  }

  /** Starts it all and waits until every service is ready. Services reach the brokers through the proxy. */
  static async start(): Promise<Pipeline> {
    const kafka = await startKafka({ brokers: BROKERS, proxied: true });
    process.env['TEST_KAFKA_BROKERS'] = kafka.bootstrapServers;
    const proxy = await FaultProxy.start(kafka.nodes.flatMap(({ proxied }) => proxied ?? []));
    const cluster = await Cluster.connect();
    await createTopics(cluster);
    const idleSettings = { ...(await cluster.lane({ partitions: 2 })).settings };
    const start = (app: AppName, settings: Settings = {}): Promise<Service> =>
      Service.start(app, { KAFKA_BROKERS: proxy.addresses, LINGER_MS, ...settings });
    const services = await Promise.all([
      start('transformer'),
      start('transformer'),
      start('aggregator'),
      start('aggregator'),
      start('transformer', idleSettings),
      start('transformer', idleSettings),
      start('data-generator', { RATE, BAD_RATIO: '0.01' }),
    ]);
    await Promise.all(
      services.map((service) =>
        service.until(
          'ready',
          async () => (await service.status('/health/ready')) === 200,
          START_MS,
        ),
      ),
    );
    const exporter = await startExporterProcess(kafka.bootstrapServers);
    return new Pipeline({ kafka, cluster, proxy, exporter, services, idleSettings });
  }

  /** Starts one more transformer of the idle group, on a port that has been in use before. */
  startIdle(port: string): Promise<Service> {
    const settings = { ...this.#idleSettings, HTTP_PORT: port, LINGER_MS };
    return Service.start('transformer', { KAFKA_BROKERS: this.proxy.addresses, ...settings });
  }

  async stop(): Promise<void> {
    await killServices();
    await this.exporter.stop();
    await this.cluster.disconnect();
    await this.proxy.close();
    await this.kafka.stop();
  }
}

async function createTopics(cluster: Cluster): Promise<void> {
  await cluster.createTopic(TOPICS.input, PARTITIONS);
  await cluster.createTopic(TOPICS.output, PARTITIONS);
  await cluster.createTopic(TOPICS.deadLetter, PARTITIONS);
  await cluster.createTopic(TOPICS.snapshots, PARTITIONS, { 'cleanup.policy': 'compact' });
  await cluster.admin.createTopics({
    waitForLeaders: false,
    topics: [{ topic: UNREPLICATED, replicaAssignment: [{ partition: 0, replicas: [BROKERS] }] }],
  });
}
