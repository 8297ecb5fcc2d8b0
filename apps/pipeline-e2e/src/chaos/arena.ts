import { say } from '@login-pipeline/command';
import { startKafka } from '@login-pipeline/embedded-kafka';
import type { KafkaRelease, ProxiedListener, RunningKafka } from '@login-pipeline/embedded-kafka';
import type { InputRecord } from '../load.ts';
import { FaultProxy } from './fault-proxy.ts';
import { isKafka3 } from './release.ts';
import { runScenario } from './run-scenario.ts';
import type { Job, Result } from './run-scenario.ts';

export interface RunOptions {
  readonly seed: number;
  /** How long a scenario lasts that could go on for ever. */
  readonly minutes: number;
  /** It asks what becomes of records, not how soon: it may be busy, and services have several times their bound to recover. */
  readonly isSmoke: boolean;
  readonly drainTimeoutMs: number;
  readonly release: KafkaRelease;
  readonly logs: string | undefined;
  readonly load: readonly InputRecord[];
  /** Told each result as it comes. */
  readonly onResult: (result: Result) => void;
}

/** How many scenarios run side by side on a cluster: most of their time they wait for sessions to end. */
const SIDE_BY_SIDE = 4;
/** How many times its bound a service may take in a smoke run: only those of a full run, on a quiet machine, say how soon. */
const SMOKE_PATIENCE = 6;

/** The clusters that scenarios need, in the order in which they are started. */
const CLUSTERS = [
  { brokers: 1, transactionVersion: undefined },
  { brokers: 1, transactionVersion: 1 },
  { brokers: 3, transactionVersion: undefined },
] as const;

type ClusterKind = (typeof CLUSTERS)[number];

/** Scenarios of one kind of cluster. */
interface Part {
  readonly kind: ClusterKind;
  readonly jobs: readonly Job[];
}

/** A cluster that runs, with the proxy before it, and what is played on it. */
interface Ground {
  readonly kafka: RunningKafka;
  readonly proxy: FaultProxy;
  readonly release: KafkaRelease;
  readonly jobs: readonly Job[];
}

/**
 * Runs scenarios, side by side where they may, on one cluster after another: what is measured shares the machine with
 * nothing else. A smoke run has all clusters at once, and one for those that want a cluster alone.
 */
export async function runAll(
  jobs: readonly Job[],
  options: RunOptions,
): Promise<readonly Result[]> {
  const parts = CLUSTERS.flatMap((kind): Part[] => {
    const fitting = jobs.filter(({ scenario }) => isOn(kind, scenario));
    const split = options.isSmoke ? [fitting.filter(isAlone), fitting.filter(isBeside)] : [fitting];
    return split.filter(({ length }) => length > 0).map((part) => ({ kind, jobs: part }));
  });
  const results: Result[] = [];
  if (options.isSmoke) {
    // Services would give up on brokers that are busy with the start of others.
    const grounds: Ground[] = [];
    for (const part of parts) grounds.push(await open(part, options));
    const ofEach = grounds.map((ground) => runOn(ground, options));
    results.push(...(await Promise.all(ofEach)).flat());
  } else {
    for (const part of parts) results.push(...(await runOn(await open(part, options), options)));
  }
  return results;
}

async function open({ kind, jobs }: Part, options: RunOptions): Promise<Ground> {
  const { brokers, transactionVersion } = kind;
  say(`${jobs.length} scenarios on ${brokers === 1 ? 'one broker' : 'three brokers'}`);
  const release = {
    ...options.release,
    // Kafka 3 has one protocol only.
    ...(transactionVersion !== undefined && !isKafka3(options.release) && { transactionVersion }),
  };
  const kafka = await startKafka({ ...release, brokers, proxied: true, onProgress: say });
  return { kafka, proxy: await FaultProxy.start(listenersOf(kafka)), release, jobs };
}

async function runOn(
  { kafka, proxy, release, jobs }: Ground,
  options: RunOptions,
): Promise<readonly Result[]> {
  try {
    const arena = {
      ...{ ...options, release, proxy, nodes: kafka.nodes },
      access: { addresses: kafka.bootstrapServers },
      patience: options.isSmoke ? SMOKE_PATIENCE : 1,
    };
    const results = new Map<Job, Result>();
    const runOne = async (job: Job): Promise<void> => {
      const result = await runScenario(job, arena);
      results.set(job, result);
      options.onResult(result);
    };
    const waiting = jobs.filter(isBeside);
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await runOne(next);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
    // In a smoke run the machine grows quiet in the end: the tightest bounds come last.
    const alone = jobs.filter(isAlone).toSorted((one, other) => boundOf(other) - boundOf(one));
    for (const job of alone) await runOne(job);
    return jobs.flatMap((job) => results.get(job) ?? []);
  } finally {
    await proxy.close();
    await kafka.stop();
  }
}

function isOn({ brokers, transactionVersion }: ClusterKind, scenario: Job['scenario']): boolean {
  return scenario.brokers === brokers && scenario.transactionVersion === transactionVersion;
}

function boundOf({ scenario }: Job): number {
  return scenario.gapBoundMs;
}

function isAlone({ scenario }: Job): boolean {
  return scenario.alone;
}

function isBeside(job: Job): boolean {
  return !isAlone(job);
}

function listenersOf({ nodes }: RunningKafka): readonly ProxiedListener[] {
  return nodes.flatMap(({ proxied }) => proxied ?? []);
}
