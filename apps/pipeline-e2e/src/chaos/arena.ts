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
  /** How many times its bound a service may take to recover. */
  readonly patience: number;
  readonly drainTimeoutMs: number;
  readonly release: KafkaRelease;
  readonly logs: string | undefined;
  readonly load: readonly InputRecord[];
  /** Told each result as it comes. */
  readonly onResult: (result: Result) => void;
}

/** How many scenarios run side by side: most of their time they wait for sessions to end. */
const SIDE_BY_SIDE = 4;

/** The clusters that scenarios need, in the order in which they are started. */
const CLUSTERS = [
  { brokers: 1, transactionVersion: undefined },
  { brokers: 1, transactionVersion: 1 },
  { brokers: 3, transactionVersion: undefined },
] as const;

type ClusterKind = (typeof CLUSTERS)[number];

/** Runs scenarios, side by side where they may, on one cluster after another. */
export async function runAll(
  jobs: readonly Job[],
  options: RunOptions,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const kind of CLUSTERS) {
    const fitting = jobs.filter(
      ({ scenario }) =>
        scenario.brokers === kind.brokers &&
        scenario.transactionVersion === kind.transactionVersion,
    );
    if (fitting.length === 0) continue;
    say(`${fitting.length} scenarios on ${kind.brokers === 1 ? 'one broker' : 'three brokers'}`);
    results.push(...(await runOn(kind, fitting, options)));
  }
  return results;
}

async function runOn(
  { brokers, transactionVersion }: ClusterKind,
  jobs: readonly Job[],
  options: RunOptions,
): Promise<readonly Result[]> {
  const release = {
    ...options.release,
    // Kafka 3 has one protocol only.
    ...(transactionVersion !== undefined && !isKafka3(options.release) && { transactionVersion }),
  };
  const kafka = await startKafka({ ...release, brokers, proxied: true, onProgress: say });
  const proxy = await FaultProxy.start(listenersOf(kafka));
  // Where the black-box tests' own clients go: past the proxy.
  process.env['TEST_KAFKA_BROKERS'] = kafka.bootstrapServers;
  try {
    const arena = { ...options, release, proxy, nodes: kafka.nodes };
    const results = new Map<Job, Result>();
    const runOne = async (job: Job): Promise<void> => {
      const result = await runScenario(job, arena);
      results.set(job, result);
      options.onResult(result);
    };
    const waiting = jobs.filter(({ scenario }) => !scenario.alone);
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await runOne(next);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
    for (const job of jobs.filter(({ scenario }) => scenario.alone)) await runOne(job);
    return jobs.flatMap((job) => results.get(job) ?? []);
  } finally {
    await proxy.close();
    await kafka.stop();
  }
}

function listenersOf({ nodes }: RunningKafka): readonly ProxiedListener[] {
  return nodes.flatMap(({ proxied }) => proxied ?? []);
}
