import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCluster, Input, InputShape } from './cluster.ts';
import type { Contender, Lane, Running } from './contender.ts';
import { checkOutputs } from './output-check.ts';
import { ProcessMeter } from './process-meter.ts';

/** What one run tells of its contender; see the docs for what each figure means. */
export interface RunFigures {
  readonly recordsPerSecond: number;
  readonly cpuUsPerRecord: number;
  readonly brokerCpuUsPerRecord: number;
  readonly firstOutputMs: number;
  /** Missing for a contender that had fewer records than others. */
  readonly catchUpMs?: number;
  readonly rssMb: number;
}

/** Progress, processor time and memory at one moment. */
interface Sample {
  readonly atMs: number;
  /** Input records that are done for good. */
  readonly done: number;
  readonly cpuUs: number;
  readonly brokerCpuUs: number;
  readonly rssBytes: number;
}

const POLL_MS = 10;
/** With everything read and nothing written for so long, a run is over. */
const QUIET_MS = 1_000;
/** Nothing has moved for so long: a run has failed. */
const STALL_MS = 60_000;
const QUOTED_LOG = 2_000;

/** @returns topics and names of a new run */
export async function createLane(
  cluster: BenchCluster,
  input: string,
  partitions: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Lane> {
  const topic = (prefix: string, config = {}) => cluster.createTopic(prefix, partitions, config);
  return {
    brokers: cluster.brokers,
    input,
    output: await topic('bench-output'),
    deadLetter: await topic('bench-dead-letter', {
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': '2097152',
    }),
    snapshots: await topic('bench-snapshots', {
      'cleanup.policy': 'compact',
      'max.message.bytes': '2097152',
    }),
    counts: await topic('bench-counts'),
    id: cluster.uniqueName('bench-run'),
    folder: cluster.folder,
    settings,
  };
}

/** Lets go of what a run leaves. */
export async function dropLane(
  cluster: BenchCluster,
  { output, deadLetter, snapshots, counts }: Lane,
): Promise<void> {
  await cluster.broker.deleteTopics([output, deadLetter, snapshots, counts]);
}

/**
 * Lets a contender work off an input and checks that it did its job.
 *
 * Rate and processor time are those between the first and the last moment at which work became final, so neither the
 * start nor, largely, the compilation of the code counts.
 *
 * @throws Error when it failed, stood still, or did the job wrong
 */
export async function runBacklog(
  cluster: BenchCluster,
  contender: Contender,
  shape: InputShape,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunFigures> {
  const count = Math.max(20_000, shape.count * contender.share);
  const input = await cluster.input({ ...shape, count });
  const lane = await createLane(cluster, input.topic, input.partitions, settings);
  const startedMs = performance.now();
  const running = await contender.start(lane);
  try {
    const samples = await watch(cluster, running, input);
    const emitted = input.workload.count('emitted', input.count);
    await running.checkCounts?.(emitted);
    await stop(running);
    await checkOutputs(cluster.broker, lane, input, running.checksOutputs ?? []);
    const { catchUpMs, ...all } = figures(samples, startedMs);
    return contender.share === 1 ? { ...all, catchUpMs } : all;
  } catch (error) {
    throw new Error(`${String(error)}\n${lastLog(running)}`, { cause: error });
  } finally {
    await stop(running);
    await dropLane(cluster, lane);
  }
}

/** Ends all its processes. */
export async function stop(running: Running): Promise<void> {
  await Promise.all(running.processes.map((it) => it.stop()));
}

/** @returns what the contender logged last */
export function lastLog({ logFile }: Running): string {
  return readFileSync(logFile, 'utf8').slice(-QUOTED_LOG);
}

/** @returns a sample for every moment at which something became final, the first and the last one included */
async function watch(cluster: BenchCluster, running: Running, input: Input): Promise<Sample[]> {
  const { broker } = cluster;
  const { partitions } = input;
  const samples: Sample[] = [];
  let meters: readonly ProcessMeter[] = [];
  let state = '';
  let changedMs = performance.now();
  const ended = failureOf(running);
  for (;;) {
    await Promise.race([sleep(POLL_MS), ended]);
    const positions = await Promise.all(
      running.positions.map(({ group, topic }) => broker.committed(group, topic, partitions)),
    );
    const written =
      running.writes === undefined ? [] : await broker.ends(running.writes, partitions);
    const atMs = performance.now();
    const done = sum(positions[0] ?? []);
    const newState = JSON.stringify([positions, written]);
    if (newState !== state && done > 0) {
      state = newState;
      changedMs = atMs;
      if (meters.length === 0) meters = running.processes.map(({ pid }) => new ProcessMeter(pid));
      const usages = meters.map((meter) => meter.read());
      samples.push({
        atMs,
        done,
        cpuUs: sum(usages.map(({ cpuUs }) => cpuUs)),
        brokerCpuUs: cluster.meter.read().cpuUs,
        rssBytes: sum(usages.map(({ rssBytes }) => rssBytes)),
      });
    }
    const quietMs = atMs - changedMs;
    if (quietMs > QUIET_MS && (await allRead(cluster, running, partitions))) return samples;
    if (quietMs > STALL_MS) throw new Error(`nothing has moved for a minute: ${newState}`);
  }
}

async function allRead(
  { broker }: BenchCluster,
  { positions }: Running,
  partitions: number,
): Promise<boolean> {
  for (const { group, topic } of positions) {
    const committed = await broker.committed(group, topic, partitions);
    const ends = await broker.ends(topic, partitions);
    if (!ends.every((end, partition) => (committed[partition] ?? 0) >= end)) return false;
  }
  return true;
}

function figures(samples: readonly Sample[], startedMs: number): Required<RunFigures> {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.done === first.done) {
    throw new Error('all was done at once: there are too few records to measure');
  }
  const records = last.done - first.done;
  return {
    recordsPerSecond: (records * 1_000) / (last.atMs - first.atMs),
    cpuUsPerRecord: (last.cpuUs - first.cpuUs) / records,
    brokerCpuUsPerRecord: (last.brokerCpuUs - first.brokerCpuUs) / records,
    firstOutputMs: first.atMs - startedMs,
    catchUpMs: last.atMs - startedMs,
    rssMb: Math.max(...samples.map(({ rssBytes }) => rssBytes)) / 1e6,
  };
}

/** @returns a promise that rejects when a process ends by itself */
export function failureOf({ processes }: Running): Promise<never> {
  const failed = Promise.race(
    processes.map(({ exited }) =>
      exited.then((status) => {
        throw new Error(`it ended by itself with status ${status}`);
      }),
    ),
  );
  failed.catch(() => undefined); // after the run its end is no failure
  return failed;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
