import { freePorts } from '@login-pipeline/command';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { Service } from './service.ts';

/** A start reads snapshots and joins a group; on a busy machine that takes its time. */
const READY_MS = 60_000;

/** What the tests read of the answer of `GET /insights`. */
export interface Insights {
  readonly total: number;
  readonly deviceTypes: Readonly<Record<string, number>>;
  readonly appVersions: Readonly<Record<string, number>>;
  readonly locales: Readonly<Record<string, number>>;
}

/** An aggregator that can be restarted at the same address. */
export class Aggregator {
  readonly url: string;
  readonly #settings: Readonly<Record<string, string>>;
  #service: Service | undefined;

  constructor(settings: Readonly<Record<string, string>>, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#settings = { ...settings, HTTP_PORT: String(port) };
  }

  get service(): Service {
    if (this.#service === undefined) throw new Error('The aggregator is not started');
    return this.#service;
  }

  async start(): Promise<void> {
    const service = await Service.start('aggregator', this.#settings);
    this.#service = service;
    await service.until(
      'ready',
      async () => (await fetch(`${this.url}/health/ready`).catch(() => undefined))?.ok,
      READY_MS,
    );
  }

  async stop(): Promise<void> {
    const exit = await this.service.stop();
    if (exit !== 0) throw new Error(`The aggregator ended with ${exit}`);
  }

  async get<Answer>(path: string): Promise<Answer> {
    return (await (await fetch(this.url + path)).json()) as Answer;
  }

  async total(): Promise<number> {
    return (await this.get<Insights>('/insights')).total;
  }
}

/** Starts the aggregator of a pipeline. */
export async function aggregatorOf(
  lane: Lane,
  more: Readonly<Record<string, string>> = {},
): Promise<Aggregator> {
  const [port = 0] = await freePorts(1);
  const snapshots = `${lane.output}-insights`;
  const cluster = await Cluster.connect();
  await cluster.createTopic(snapshots, 4, { 'cleanup.policy': 'compact' });
  await cluster.disconnect();
  const settings = {
    ...more,
    INPUT_TOPIC: lane.output,
    SNAPSHOT_TOPIC: snapshots,
    GROUP_ID: `${lane.group}-aggregator`,
    TRANSFORMER_GROUP_ID: lane.group,
    TRANSFORMER_INPUT_TOPIC: lane.input,
  };
  const aggregator = new Aggregator(settings, port);
  await aggregator.start();
  return aggregator;
}
