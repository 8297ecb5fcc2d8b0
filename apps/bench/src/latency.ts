import { setTimeout as sleep } from 'node:timers/promises';
import { Broker, scanBatches } from '@login-pipeline/plain-wire';
import { build } from 'hdr-histogram-js';
import type { BenchCluster } from './cluster.ts';
import type { Contender } from './contender.ts';
import { ProcessMeter } from './process-meter.ts';
import { createLane, dropLane, failureOf, lastLog, stop } from './run.ts';
import { VALUE_BYTES, Workload } from './workload.ts';

/** End-to-end latencies of one run, in milliseconds, and what it takes. */
export interface LatencyFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Processor time of the contender per second, at that rate. */
  readonly cpuMsPerSecond: number;
  /** The same of the broker, with what the load itself makes it do. */
  readonly brokerCpuMsPerSecond: number;
  /** Committed transactions with output, counted in each partition, by their markers in the output topic. */
  readonly transactionsPerSecond: number;
}

/** Counts at one moment. */
interface Moment {
  readonly atMs: number;
  readonly cpuUs: number;
  readonly brokerCpuUs: number;
  readonly markers: number;
}

/** A load at a fixed rate. */
export interface LatencyLoad {
  /** Input records per second. */
  readonly rate: number;
  readonly partitions: number;
  /** How long records flow before any counts, from when the contender has caught up with its start. */
  readonly warmUpMs: number;
  /** For how long records count. */
  readonly measureMs: number;
}

/** As the Java producer of Kafka 4 (`linger.ms`); sent each millisecond, the load's own requests were most of the broker's work. */
const TICK_MS = 5;
const FETCH_WAIT_MS = 500;
const START_MS = 60_000;
/** An output so young shows that the contender keeps up; one that never gets there is measured all the same. */
const CAUGHT_UP_MS = 500;
const CATCH_UP_MS = 30_000;
const LONGEST_US = 120_000_000;
const PAST_MS = 4 * 3_600_000;

/**
 * Sends logins at a fixed rate and takes, of each that passes the filter, the time from the moment it was to be sent
 * until a read-committed reader has it. Taken from the intended moment, a pause counts for every record it delays, not
 * only for the first one ("coordinated omission").
 *
 * @throws Error when records are lost or come twice
 */
export async function runLatency(
  cluster: BenchCluster,
  contender: Contender,
  { rate, partitions, warmUpMs, measureMs }: LatencyLoad,
): Promise<LatencyFigures> {
  const workload = new Workload('logins', VALUE_BYTES, Date.now() - PAST_MS);
  const topic = await cluster.createTopic('bench-latency', partitions);
  const lane = await createLane(cluster, topic, partitions);
  const writer = await Broker.connect(cluster.brokers);
  const reader = await Broker.connect(cluster.brokers);
  const running = await contender.start(lane);
  const failed = failureOf(running);
  const histogram = build({ highestTrackableValue: LONGEST_US, numberOfSignificantValueDigits: 3 });

  const startMs = performance.now();
  const intendedMs = (index: number) => startMs + (index * 1_000) / rate;
  const range = { from: Infinity, to: Infinity };
  const seen = new Set<number>();
  let duplicates = 0;
  let markers = 0;
  let active = true;
  const moments: Moment[] = [];
  const note = (): void => {
    const { cpuUs } = new ProcessMeter(running.processes[0]?.pid ?? 0).read();
    const brokerCpuUs = cluster.meter.read().cpuUs;
    moments.push({ atMs: performance.now(), cpuUs, brokerCpuUs, markers });
  };

  const take = (timestamp: number, nowMs: number): void => {
    const index = timestamp - workload.firstTimestamp;
    if (range.from === Infinity) {
      // What piled up during the start is no part of a steady load.
      const caughtUp = nowMs - intendedMs(index) < CAUGHT_UP_MS;
      if (!caughtUp && nowMs - startMs < CATCH_UP_MS) return;
      range.from = indexAt(nowMs + warmUpMs);
      range.to = indexAt(nowMs + warmUpMs + measureMs);
    }
    if (index < range.from || index >= range.to) return;
    if (seen.has(index)) duplicates += 1;
    seen.add(index);
    histogram.recordValue(Math.max(1, Math.round((nowMs - intendedMs(index)) * 1_000)));
  };
  const indexAt = (ms: number): number => Math.ceil(((ms - startMs) * rate) / 1_000);

  const read = async (): Promise<void> => {
    const positions = new Array<number>(partitions).fill(0);
    while (active) {
      const fetched = await reader.fetch(lane.output, positions, FETCH_WAIT_MS);
      const nowMs = performance.now();
      for (const { partition, batches, aborted } of fetched) {
        const from = positions[partition] ?? 0;
        const scan = scanBatches(batches, from, aborted, ({ timestamp }) => {
          take(timestamp, nowMs);
        });
        // Offsets that hold no record hold the marker of a transaction.
        markers += scan.nextOffset - from - scan.records;
        positions[partition] = scan.nextOffset;
      }
    }
  };
  const write = async (): Promise<void> => {
    const sends: Promise<unknown>[] = [];
    for (let sent = 0; sent < range.to;) {
      await sleep(TICK_MS);
      const due = Math.min(range.to, indexAt(performance.now()));
      if (due > sent) {
        const send = writer.produce(topic, batchesOf(workload, sent, due, partitions));
        send.catch(() => undefined); // awaited at the end, unless the run has failed before
        sends.push(send);
      }
      sent = Math.max(sent, due);
      if (sent >= range.from && moments.length === 0) note();
      if (range.from === Infinity && performance.now() - startMs > START_MS) {
        throw new Error('no output came within a minute');
      }
    }
    note();
    await Promise.all(sends);
  };

  try {
    const reads = read();
    await Promise.race([write(), reads, failed]);
    const expected = countEmitted(workload, range.from, range.to);
    const deadline = performance.now() + START_MS;
    while (seen.size < expected && performance.now() < deadline) {
      await Promise.race([sleep(20), failed]);
    }
    active = false;
    await reads;
    if (seen.size !== expected || duplicates > 0) {
      throw new Error(
        `of ${expected} logins ${expected - seen.size} are lost and ${duplicates} came twice`,
      );
    }
    const ms = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000;
    return { p50Ms: ms(50), p99Ms: ms(99), p999Ms: ms(99.9), ...perSecond(moments) };
  } catch (error) {
    throw new Error(`${String(error)}\n${lastLog(running)}`, { cause: error });
  } finally {
    active = false;
    await stop(running);
    writer.close();
    reader.close();
    await dropLane(cluster, lane);
    await cluster.broker.deleteTopics([topic]);
  }
}

function perSecond([first, last]: readonly Moment[]): Pick<
  LatencyFigures,
  'cpuMsPerSecond' | 'brokerCpuMsPerSecond' | 'transactionsPerSecond'
> {
  if (first === undefined || last === undefined) throw new Error('the load was over at once');
  const ms = last.atMs - first.atMs;
  return {
    cpuMsPerSecond: (last.cpuUs - first.cpuUs) / ms,
    brokerCpuMsPerSecond: (last.brokerCpuUs - first.brokerCpuUs) / ms,
    transactionsPerSecond: ((last.markers - first.markers) * 1_000) / ms,
  };
}

/** @returns the records from one index to another, spread over the partitions like cards */
function batchesOf(
  workload: Workload,
  from: number,
  to: number,
  partitions: number,
): Map<number, Buffer> {
  const batches = new Map<number, Buffer>();
  for (let first = from; first < Math.min(to, from + partitions); first += 1) {
    const count = Math.ceil((to - first) / partitions);
    batches.set(first % partitions, workload.smallBatch(first, count, partitions));
  }
  return batches;
}

function countEmitted(workload: Workload, from: number, to: number): number {
  let count = 0;
  for (let index = from; index < to; index += 1) {
    if (workload.expected(index) === 'emitted') count += 1;
  }
  return count;
}
