import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSettings } from '@login-pipeline/config';
import { connectAdmin } from '@login-pipeline/nest-streams/operations';
import type { KafkaConnection } from '@login-pipeline/nest-streams';
import { pino } from 'pino';
import { SETTINGS } from '../src/settings.ts';

const MAIN = join(import.meta.dirname, '../../../dist/apps/aggregator/main.js');
const PAUSE_MS = 5;
const START_TIMEOUT_MS = 180_000;

/** The brokers that KAFKA_BROKERS and its like name. */
export const CONNECTION: KafkaConnection = loadSettings(SETTINGS).kafka;
export const LOGGER = pino({ level: 'error' });

/** Topics of one measurement, which are left behind. */
export interface BenchTopics {
  readonly input: string;
  readonly snapshots: string;
}

/** @param partitions of both topics */
export async function createTopics(partitions: number): Promise<BenchTopics> {
  const id = randomUUID();
  const topics = { input: `bench-processed-${id}`, snapshots: `bench-insights-${id}` };
  const { admin, close } = await connectAdmin(CONNECTION, LOGGER);
  await admin.createTopics([
    // The logins are years old: by their own time they would be deleted at once.
    { topic: topics.input, partitions, replicationFactor: 1, config: { 'retention.ms': '-1' } },
    {
      topic: topics.snapshots,
      partitions,
      replicationFactor: 1,
      config: { 'cleanup.policy': 'compact' },
    },
  ]);
  await close();
  return topics;
}

/** The built aggregator in a process of its own. */
export interface RunningAggregator {
  readonly url: string;
  /** From the process's start to the first 200 of its readiness probe, ms. */
  readonly readyMs: number;
  /** @returns CPU time the process has used, and its memory, from its own metrics */
  usage(): Promise<{ cpuSeconds: number; residentMb: number }>;
  stop(): Promise<void>;
}

/** Starts the aggregator in a group of its own and waits until it is ready. */
export async function startAggregator({
  input,
  snapshots,
}: BenchTopics): Promise<RunningAggregator> {
  const port = await freePort();
  const settings = {
    INPUT_TOPIC: input,
    SNAPSHOT_TOPIC: snapshots,
    GROUP_ID: `bench-${randomUUID()}`,
    HTTP_PORT: String(port),
    LOG_LEVEL: 'error',
  };
  // By `env`, so that the settings of the brokers are inherited without being read here.
  const assignments = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const startedMs = performance.now();
  const child = spawn('env', [...assignments, process.execPath, MAIN], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`The aggregator ended with ${child.exitCode}`);
    if (performance.now() - startedMs > START_TIMEOUT_MS) {
      child.kill();
      throw new Error('The aggregator did not get ready');
    }
    await sleep(PAUSE_MS);
  }
  return {
    url,
    readyMs: performance.now() - startedMs,
    usage: async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return {
        cpuSeconds: metric(metrics, 'process_cpu_seconds_total'),
        residentMb: metric(metrics, 'process_resident_memory_bytes') / 1e6,
      };
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).ok;
  } catch {
    return false;
  }
}

function metric(text: string, name: string): number {
  return Number(new RegExp(`^(?:login_pipeline_)?${name}(?:{.*})? (.+)$`, 'm').exec(text)?.[1]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
