import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { V8_OPTIONS } from '@login-pipeline/bundle';
import { freePorts, supervised } from '@login-pipeline/command';
import type { Supervised } from '@login-pipeline/command';
import type { Contender, Job, Lane } from './contender.ts';

const DIST = join(import.meta.dirname, '..', '..', '..', 'dist', 'apps');
const GRACE_SECONDS = 10;
const READY_POLL_MS = 20;
const READY_TIMEOUT_MS = 60_000;

/** As often as Kafka Streams commits under exactly_once_v2 (`commit.interval.ms`); the default is a tenth as often. */
const SNAPSHOT_INTERVAL_MS = '100';

/** A built service at work. */
export interface BenchService {
  readonly process: Supervised;
  readonly url: string;
  readonly group: string;
}

interface Ledger {
  readonly complete: boolean;
  readonly total: Readonly<Record<'consumed' | 'counted' | 'unaccounted', number>>;
}

/** @param instances how many transformers share the work */
export function ours(job: Job, instances = 1): Contender {
  return { name: 'login-pipeline', share: 1, start: (lane) => startOurs(job, instances, lane) };
}

async function startOurs(job: Job, instances: number, lane: Lane) {
  const transformers =
    job === 'aggregator'
      ? []
      : await Promise.all(Array.from({ length: instances }, () => startTransformer(lane)));
  const source = job === 'pipeline' ? lane.output : lane.input;
  const aggregator = job === 'transformer' ? undefined : await startAggregator(lane, source);
  const services = [...transformers, ...(aggregator === undefined ? [] : [aggregator])];
  const [transformer] = transformers;
  return {
    processes: services.map((service) => service.process),
    logFile: logFile(lane),
    positions: [
      ...(transformer === undefined ? [] : [{ group: transformer.group, topic: lane.input }]),
      ...(aggregator === undefined ? [] : [{ group: aggregator.group, topic: source }]),
    ],
    ...(job === 'aggregator'
      ? {}
      : { writes: lane.output, checksOutputs: ['emitted', 'dead_lettered'] as const }),
    ...(aggregator === undefined
      ? {}
      : { checkCounts: (counted: number) => checkLedger(aggregator.url, counted) }),
  };
}

/** Starts a transformer on the lane's topics. */
export function startTransformer(lane: Lane): Promise<BenchService> {
  return startService('transformer', `${lane.id}-transformer`, lane, {
    INPUT_TOPIC: lane.input,
    OUTPUT_TOPIC: lane.output,
    DEAD_LETTER_TOPIC: lane.deadLetter,
  });
}

/** Starts an aggregator of one of the lane's topics. */
export function startAggregator(lane: Lane, source: string): Promise<BenchService> {
  return startService('aggregator', `${lane.id}-aggregator`, lane, {
    INPUT_TOPIC: source,
    SNAPSHOT_TOPIC: lane.snapshots,
    SNAPSHOT_INTERVAL_MS,
    TRANSFORMER_INPUT_TOPIC: lane.input,
    TRANSFORMER_GROUP_ID: `${lane.id}-transformer`,
  });
}

async function startService(
  name: 'transformer' | 'aggregator',
  group: string,
  lane: Lane,
  settings: Readonly<Record<string, string>>,
): Promise<BenchService> {
  const [port = 0] = await freePorts(1);
  const args = [...V8_OPTIONS, join(DIST, name, 'main.js')];
  const started = supervised(process.execPath, args, {
    logFile: logFile(lane),
    graceSeconds: GRACE_SECONDS,
    // Nothing of the user's own settings: every run of the bench is to be the same.
    env: {
      KAFKA_BROKERS: lane.brokers,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      GROUP_ID: group,
      ...settings,
      ...lane.settings,
    },
  });
  return { process: started, url: `http://127.0.0.1:${port}`, group };
}

/** @returns where the lane's services log */
export function logFile(lane: Lane): string {
  return join(lane.folder, `${lane.id}.log`);
}

/** Waits until its readiness probe passes. @throws Error when it does not within a minute */
export async function whenReady({ url }: BenchService): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isReady(url))) {
    if (performance.now() > deadline) throw new Error(`the service at ${url} is not ready`);
    await sleep(READY_POLL_MS);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { ok, body } = await fetch(`${url}/health/ready`);
    await body?.cancel();
    return ok;
  } catch {
    return false;
  }
}

/** @throws Error when the aggregator has not counted exactly so many logins */
export async function checkLedger(url: string, counted: number): Promise<void> {
  const response = await answered(`${url}/ledger`);
  const { complete, total } = (await response.json()) as Ledger;
  if (complete && total.counted === counted && total.unaccounted === 0) return;
  throw new Error(
    `the ledger says ${total.counted} counted and ${total.unaccounted} unaccounted, complete=${complete}; expected ${counted} counted`,
  );
}

/** What asked for too much before is answered once it has waited. */
async function answered(url: string): Promise<Response> {
  const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
  for (;;) {
    const response = await fetch(url, { signal });
    const waitSeconds = Number(response.headers.get('retry-after'));
    if (response.ok || waitSeconds === 0) return response;
    await response.body?.cancel();
    await sleep(waitSeconds * 1000);
  }
}
