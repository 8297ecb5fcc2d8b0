import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Broker } from '@login-pipeline/plain-wire';
import { build } from 'hdr-histogram-js';
import { Asker } from './asker.ts';
import type { WriterOptions } from './answers-writer.ts';
import type { BenchCluster } from './cluster.ts';
import { onOwnCore } from './own-core.ts';
import { ProcessMeter } from './process-meter.ts';
import { createLane, dropLane } from './run.ts';
import { checkLedger, startAggregator, whenReady } from './services.ts';
import type { BenchService } from './services.ts';
import { VALUE_BYTES, Workload } from './workload.ts';

/** How long `GET /insights` takes while logins flow in. */
export interface AnswerFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Processor time of the aggregator per second. */
  readonly cpuMsPerSecond: number;
}

export interface AnswerLoad {
  /** Processed logins per second. */
  readonly loginsPerSecond: number;
  readonly requestsPerSecond: number;
  /** Such as `?last=7d`. */
  readonly query?: string;
  /** Days with logins in every hour that are there before; by default none. */
  readonly days?: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const PARTITIONS = 4;
const CONNECTIONS = 16;
const TICK_MS = 1;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;
/** Logins of a partition in an hour that is past. */
const PAST_BATCH = 100;
const CATCH_UP_MS = 60_000;
const LONGEST_US = 60_000_000;

/**
 * Asks an aggregator for its insights at a fixed rate, whether or not it has answered before: a pause counts for every
 * request it delays, that of our own timer for none. The logins are written by another thread.
 *
 * @throws Error when an answer is none, or the ledger is not exact afterwards
 */
export async function runAnswers(
  cluster: BenchCluster,
  { loginsPerSecond, requestsPerSecond, query = '', days = 0, warmUpMs, measureMs }: AnswerLoad,
): Promise<AnswerFigures> {
  const topic = await cluster.createTopic('bench-answers', PARTITIONS);
  const past = await writePast(cluster.brokers, topic, days);
  const settings = { SNAPSHOT_INTERVAL_MS: '1000', INSIGHTS_LOG_EVERY: '1000000' };
  const lane = await createLane(cluster, topic, PARTITIONS, settings);
  const service = await startAggregator(lane, topic);
  const stopFlag = new Int32Array(new SharedArrayBuffer(4));
  const written = new Int32Array(new SharedArrayBuffer(4));
  try {
    await whenReady(service);
    await countsAll(service.url, past);
    const workerData: WriterOptions = {
      brokers: cluster.brokers,
      topic,
      partitions: PARTITIONS,
      rate: loginsPerSecond,
      stopFlag,
      written,
    };
    const writer = new Worker(new URL('answers-writer.ts', import.meta.url), { workerData });
    const ended = once(writer, 'exit');
    ended.catch(() => undefined); // awaited below
    const asker = await Asker.open(`${service.url}/insights${query}`, CONNECTIONS);
    try {
      const figures = await onOwnCore(service.process.pid, cluster.groupId, async () => {
        // What is asked for the first time compiles while requests queue up: that would be all of the tail.
        await ask(service, asker, { requestsPerSecond, measureMs: warmUpMs });
        return ask(service, asker, { requestsPerSecond, measureMs });
      });
      Atomics.store(stopFlag, 0, 1);
      await ended;
      await countsAll(service.url, past + Atomics.load(written, 0));
      return figures;
    } finally {
      asker.close();
      await writer.terminate();
    }
  } finally {
    await service.process.stop();
    await dropLane(cluster, lane);
    await cluster.broker.deleteTopics([topic]);
  }
}

/** @returns how many logins were written: some in each hour of the days before today */
async function writePast(brokers: string, topic: string, days: number): Promise<number> {
  const broker = await Broker.connect(brokers);
  const today = Math.floor(Date.now() / MS_PER_DAY) * MS_PER_DAY;
  let written = 0;
  for (let hour = today - days * MS_PER_DAY; hour < today; hour += MS_PER_HOUR) {
    const workload = new Workload('processed', VALUE_BYTES, hour);
    const batches = Array.from({ length: PARTITIONS }, (_, partition) => {
      return [partition, workload.smallBatch(partition, PAST_BATCH, PARTITIONS)] as const;
    });
    await broker.produce(topic, new Map(batches));
    written += PARTITIONS * PAST_BATCH;
  }
  broker.close();
  return written;
}

async function ask(
  { process }: BenchService,
  asker: Asker,
  { requestsPerSecond, measureMs }: Pick<AnswerLoad, 'requestsPerSecond' | 'measureMs'>,
): Promise<AnswerFigures> {
  const histogram = build({ highestTrackableValue: LONGEST_US, numberOfSignificantValueDigits: 3 });
  const meter = new ProcessMeter(process.pid);
  const before = meter.read();
  const startMs = performance.now();
  const count = Math.floor((measureMs * requestsPerSecond) / 1_000);
  const answers: Promise<void>[] = [];
  while (answers.length < count) {
    const due = Math.min(count, ((performance.now() - startMs) * requestsPerSecond) / 1_000);
    while (answers.length < due) {
      const askedMs = performance.now();
      const answer = asker.ask().then(() => {
        const us = Math.round((performance.now() - askedMs) * 1_000);
        histogram.recordValue(Math.max(1, us));
      });
      answer.catch(() => undefined); // awaited below
      answers.push(answer);
    }
    await sleep(TICK_MS);
  }
  await Promise.all(answers);
  const cpuUs = meter.read().cpuUs - before.cpuUs;
  const ms = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000;
  return {
    p50Ms: ms(50),
    p99Ms: ms(99),
    p999Ms: ms(99.9),
    cpuMsPerSecond: cpuUs / (performance.now() - startMs),
  };
}

/** Waits until the ledger has so many logins. @throws Error that says what it has, when it does not get there */
async function countsAll(url: string, count: number): Promise<void> {
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    try {
      await checkLedger(url, count);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}
