import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCluster } from './cluster.ts';
import type { Job } from './contender.ts';
import { ProcessMeter } from './process-meter.ts';
import { createLane, dropLane } from './run.ts';
import { startAggregator, startTransformer, whenReady } from './services.ts';

/** What a service uses that has nothing to do. */
export interface IdleFigures {
  /** Milliseconds from the start of the process until its readiness probe passes. */
  readonly readyMs: number;
  readonly rssMb: number;
  /** Processor time per second. */
  readonly cpuMsPerSecond: number;
}

const PARTITIONS = 4;

/**
 * @param settleMs how long the service is left alone, first to come to rest and then to be measured
 * @throws Error when it does not become ready
 */
export async function runIdle(
  cluster: BenchCluster,
  job: Exclude<Job, 'pipeline'>,
  settleMs: number,
): Promise<IdleFigures> {
  const input = await cluster.createTopic('bench-idle', PARTITIONS);
  const lane = await createLane(cluster, input, PARTITIONS);
  const startMs = performance.now();
  const service = await (job === 'transformer'
    ? startTransformer(lane)
    : startAggregator(lane, input));
  try {
    await whenReady(service);
    const readyMs = performance.now() - startMs;
    await sleep(settleMs);
    const meter = new ProcessMeter(service.process.pid);
    const before = meter.read();
    await sleep(settleMs);
    const after = meter.read();
    return {
      readyMs,
      rssMb: after.rssBytes / 1e6,
      cpuMsPerSecond: (after.cpuUs - before.cpuUs) / settleMs,
    };
  } finally {
    await service.process.stop();
    await dropLane(cluster, lane);
    await cluster.broker.deleteTopics([input]);
  }
}
