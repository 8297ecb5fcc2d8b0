import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCluster } from '../cluster.ts';
import { table } from '../report/markdown.ts';
import { createLane, dropLane } from '../run.ts';
import { checkLedger, startAggregator, startTransformer } from '../services.ts';
import type { BenchService } from '../services.ts';
import { Feeder } from './feeder.ts';
import { growth } from './flatness.ts';
import type { Minute } from './flatness.ts';
import { ServiceMeter } from './service-meter.ts';

/** What a soak found. */
export interface SoakResult {
  /** Markdown: one table per service. */
  readonly report: string;
  /** What was not flat, in words. */
  readonly faults: readonly string[];
}

const PARTITIONS = 4;
const MINUTE_MS = 60_000;
const SCRAPE_PAUSE_MS = 2_000;
/** The disk has to hold what comes in between two rounds of the broker's cleaner. */
const RETENTION = {
  'retention.ms': '-1',
  'retention.bytes': String(256 * 2 ** 20),
  'segment.bytes': String(64 * 2 ** 20),
};

/**
 * Lets a transformer and an aggregator work at their full rate and watches whether anything grows.
 *
 * @throws Error when a service ends, or has lost or miscounted a record
 */
export async function runSoak(
  cluster: BenchCluster,
  minutes: number,
  onProgress: (line: string) => void,
): Promise<SoakResult> {
  const input = await cluster.createTopic('soak-input', PARTITIONS, RETENTION);
  const lane = await createLane(cluster, input, PARTITIONS);
  const transformer = await startTransformer(lane);
  const aggregator = await startAggregator(lane, lane.output);
  const readers = [
    { group: transformer.group, topic: input },
    { group: aggregator.group, topic: lane.output },
  ];
  const meters = [
    new ServiceMeter('transformer', transformer.url),
    new ServiceMeter('aggregator', aggregator.url),
  ];
  try {
    await Promise.all([transformer, aggregator].map(isReady));
    const feeder = new Feeder(cluster.broker, input, PARTITIONS);
    const fed = feeder.feed(readers, performance.now() + minutes * MINUTE_MS);
    // Awaited when the time is over: what it fails with is told then.
    fed.catch(() => undefined);
    const measured = meters.map((): Minute[] => []);
    let before = 0;
    for (let minute = 1; minute <= minutes; minute += 1) {
      const began = performance.now();
      while (performance.now() - began < MINUTE_MS) {
        await sleep(SCRAPE_PAUSE_MS);
        await Promise.all(meters.map((meter) => meter.scrape()));
      }
      const done = await feeder.done({ group: transformer.group, topic: input });
      const recordsPerSecond = ((done - before) * 1_000) / (performance.now() - began);
      before = done;
      const latest = meters.map((meter) => meter.minute(recordsPerSecond));
      latest.forEach((figures, index) => measured[index]?.push(figures));
      const heaps = latest.map(
        ({ heapMb }, index) => `${meters[index]?.name} ${heapMb.toFixed(1)} MB`,
      );
      onProgress(
        `minute ${minute} of ${minutes}: ${Math.round(recordsPerSecond)} records/s, heap ${heaps.join(', ')}`,
      );
    }
    await fed;
    await feeder.drained(readers);
    await checkLedger(aggregator.url, feeder.workload.count('emitted', feeder.written));
    const sections = meters.map(({ name }, index) => section(name, measured[index] ?? []));
    const faults = meters.flatMap(({ name }, index) =>
      growth(measured[index] ?? []).map((fault) => `${name}: ${fault}`),
    );
    return { report: sections.join('\n\n'), faults };
  } finally {
    await Promise.all([transformer.process.stop(), aggregator.process.stop()]);
    await dropLane(cluster, lane);
    await cluster.broker.deleteTopics([input]);
  }
}

async function isReady({ url }: BenchService): Promise<void> {
  const deadline = performance.now() + MINUTE_MS;
  for (;;) {
    const response = await fetch(`${url}/health/ready`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok === true) return;
    if (performance.now() > deadline) throw new Error(`${url} does not get ready`);
    await sleep(MINUTE_MS / 600);
  }
}

function section(name: string, minutes: readonly Minute[]): string {
  const head = [
    ...['minute', 'records/s', 'heap MB', 'RSS MB', 'file descriptors'],
    ...['active resources', 'event loop p99 ms'],
  ];
  const rows = minutes.map((minute, index) => [
    String(index + 1),
    Math.round(minute.recordsPerSecond).toLocaleString('en'),
    minute.heapMb.toFixed(1),
    minute.rssMb.toFixed(0),
    String(minute.fileDescriptors),
    String(minute.activeResources),
    minute.eventLoopMs.toFixed(1),
  ]);
  return `### ${name}\n\n${table(head, rows)}`;
}
