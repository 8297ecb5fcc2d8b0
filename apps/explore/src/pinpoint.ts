import type { ApiName, ErrorName, RequestOf } from '@login-pipeline/streams';
import { SimulatedCluster } from '@login-pipeline/streams/testing';
import type { Fault, SimulatedProcess } from '@login-pipeline/streams/testing';
import { Fleet } from './fleet.ts';
import type { Service } from './fleet.ts';
import { describeEvent, faultsNow, isProcessed, RecordWriter } from './records.ts';
import { refuseBy } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import { DEAD_LETTERS, INPUT, OUTPUT } from './topics.ts';

/** A cluster, and how services are run on it. */
export interface Setting {
  readonly brokers: number;
  readonly transactionVersion: 1 | 2;
  readonly losesMarkers: boolean;
  readonly services: number;
  readonly partitions: number;
  /** What the chance of the cluster comes from. */
  readonly seed: number;
}

/** A request of a run, with all that it takes to do something to it, its sender or its broker. */
export interface Point {
  readonly cluster: SimulatedCluster;
  readonly fleet: Fleet;
  readonly service: Service | undefined;
  readonly process: SimulatedProcess;
  readonly broker: number;
  readonly api: ApiName;
  /** Runs something after some milliseconds. */
  readonly later: (delay: number, run: () => void) => void;
  /** The broker answers this one with an error. @param isDone after it has done what was asked */
  readonly refuse: (error: ErrorName, isDone: boolean) => void;
}

/** What is done at one request of a run, and nothing else. */
export interface Intrusion {
  readonly name: string;
  /** How the request itself fares; undefined: as any other. */
  readonly fault?: Fault;
  readonly run?: (point: Point) => void;
}

export interface PinpointResult {
  readonly faults: readonly string[];
  /** How many requests there were to choose from. */
  readonly points: number;
  /** What was done, in order. */
  readonly hits: readonly string[];
}

const STORM_MS = 5_000;
const QUIET_MS = 25_000;
const CALM_MS = 60_000;
/** Requests that come all the time and change nothing. */
const DULL: ReadonlySet<ApiName> = new Set(['Fetch', 'ApiVersions']);

/**
 * Runs a setting once, and does something at some of its requests.
 *
 * @param intrusions by the number of the request, from 0 on
 */
export async function pinpoint(
  setting: Setting,
  intrusions: ReadonlyMap<number, Intrusion>,
  onTrace?: (line: string) => void,
): Promise<PinpointResult> {
  const { seed, brokers, transactionVersion, losesMarkers, services, partitions } = setting;
  const settings = losesMarkers && brokers === 1 ? { markerMs: 30 } : {};
  const cluster = new SimulatedCluster({
    seed,
    brokers,
    transactionVersion,
    losesMarkers,
    settings,
  });
  if (onTrace !== undefined) cluster.network.onTrace = onTrace;
  cluster.createTopic(INPUT, partitions);
  cluster.createTopic(OUTPUT, partitions);
  cluster.createTopic(DEAD_LETTERS, 1);
  const fleet = new Fleet(cluster, (service, event) => {
    onTrace?.(`${cluster.now().toFixed(1)} ${service} ${describeEvent(event)}`);
  });
  for (let left = services; left > 0; left -= 1) fleet.start();
  const writer = new RecordWriter(cluster, cluster.random);
  writer.start(STORM_MS, 300);
  const later = (delay: number, run: () => void): void => {
    cluster.at(cluster.now() + delay, run);
  };
  let points = 0;
  const hits: string[] = [];
  const refused = new Map<RequestOf<ApiName>, Refusal>();
  refuseBy(cluster, (_api, request) => refused.get(request));
  cluster.network.fault = (process, broker, api, request): Fault | undefined => {
    if (DULL.has(api) || cluster.now() > STORM_MS) return undefined;
    points += 1;
    const intrusion = intrusions.get(points - 1);
    if (intrusion === undefined) return undefined;
    hits.push(`${intrusion.name} at ${cluster.now().toFixed(0)} ms, ${api} of ${process.name}`);
    onTrace?.(hits.at(-1) ?? '');
    const service = fleet.running.find((one) => one.process === process);
    intrusion.run?.({
      cluster,
      fleet,
      service,
      process,
      broker,
      api,
      later,
      refuse: (error, isDone) => refused.set(request, { error, isDone }),
    });
    return intrusion.fault;
  };
  const hasFailed = (): boolean => fleet.failures.length > 0;
  await cluster.run(QUIET_MS, hasFailed);
  const isDone = (): boolean => hasFailed() || isProcessed(cluster);
  await cluster.run(cluster.now() + CALM_MS, isDone);
  await cluster.run(cluster.now() + 10_000, hasFailed);
  const faults = fleet.failures.map((failure) => `failed: ${String(failure)}`);
  if (!isProcessed(cluster)) faults.push('stuck: not all records were processed');
  faults.push(...faultsNow(cluster, writer.written));
  for (const { process } of [...fleet.running]) process.kill();
  return { faults, points, hits };
}
