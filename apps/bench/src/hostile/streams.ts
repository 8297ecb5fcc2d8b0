import { once } from 'node:events';
import { get } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { build } from 'hdr-histogram-js';
import type { Histogram } from 'hdr-histogram-js';
import type { WriterOptions } from '../answers-writer.ts';
import type { BenchCluster } from '../cluster.ts';
import { ProcessMeter } from '../process-meter.ts';
import { createLane, dropLane } from '../run.ts';
import { startAggregator, whenReady } from '../services.ts';

/** How old what viewers see is, and what they cost. */
export interface StreamFigures {
  readonly stalenessP99Ms: number;
  readonly cpuMsPerSecond: number;
}

export interface StreamLoad {
  readonly streams: number;
  /** Addresses of this host that they come from. */
  readonly addresses: number;
  /** Processed logins per second. */
  readonly loginsPerSecond: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const PARTITIONS = 4;
const LONGEST_MS = 600_000;
/** Opened at a time: the page of as many viewers is not opened in one moment. */
const OPENED_AT_ONCE = 50;

/**
 * Follows the live stream many times while logins flow in. An event is as old as the newest login in it, taken from the
 * moment at which that was to be written; and with each millisecond until the next one it grows older.
 *
 * @throws Error when a stream is refused or ends
 */
export async function runStreams(
  cluster: BenchCluster,
  { streams, addresses, loginsPerSecond, warmUpMs, measureMs }: StreamLoad,
): Promise<StreamFigures> {
  const topic = await cluster.createTopic('bench-streams', PARTITIONS);
  const lane = await createLane(cluster, topic, PARTITIONS, { INSIGHTS_LOG_EVERY: '1000000' });
  const service = await startAggregator(lane, topic);
  const stopFlag = new Int32Array(new SharedArrayBuffer(4));
  const began = new Float64Array(new SharedArrayBuffer(16));
  const histogram = build({ highestTrackableValue: LONGEST_MS, numberOfSignificantValueDigits: 3 });
  const followers: Follower[] = [];
  try {
    await whenReady(service);
    const workerData: WriterOptions = {
      brokers: cluster.brokers,
      topic,
      partitions: PARTITIONS,
      rate: loginsPerSecond,
      stopFlag,
      written: new Int32Array(new SharedArrayBuffer(4)),
      began,
    };
    const writer = new Worker(new URL('../answers-writer.ts', import.meta.url), { workerData });
    try {
      for (let opened = 0; opened < streams; opened += OPENED_AT_ONCE) {
        const more = Array.from(
          { length: Math.min(OPENED_AT_ONCE, streams - opened) },
          (_, index) =>
            follow(
              `${service.url}/insights/stream`,
              `127.0.0.${2 + ((opened + index) % addresses)}`,
            ),
        );
        followers.push(...(await Promise.all(more)));
      }
      await sleep(warmUpMs);
      const [startedMs = 0, firstTimestamp = 0] = began;
      const writtenMs = (timestamp: number) =>
        startedMs + ((timestamp - firstTimestamp) * 1000) / loginsPerSecond;
      for (const follower of followers) follower.record(histogram, writtenMs);
      const meter = new ProcessMeter(service.process.pid);
      const [before, fromMs] = [meter.read(), performance.now()];
      await sleep(measureMs);
      const cpuUs = meter.read().cpuUs - before.cpuUs;
      const ended = followers.filter((follower) => follower.ended).length;
      if (ended > 0) throw new Error(`${ended} of ${streams} streams have ended`);
      return {
        stalenessP99Ms: histogram.getValueAtPercentile(99),
        cpuMsPerSecond: cpuUs / (performance.now() - fromMs),
      };
    } finally {
      Atomics.store(stopFlag, 0, 1);
      await once(writer, 'exit');
    }
  } finally {
    for (const follower of followers) follower.end();
    await service.process.stop();
    await dropLane(cluster, lane);
    await cluster.broker.deleteTopics([topic]);
  }
}

/** One stream. */
class Follower {
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  #shown: number | undefined;
  #take: (timestamp: number) => void = () => undefined;

  constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.#response = response;
    response.setEncoding('latin1').on('data', (text: string) => {
      const time = /"time":"([^"]+)"/.exec(text)?.[1];
      if (time !== undefined) this.#take(Date.parse(time));
    });
    response.on('error', () => undefined);
  }

  get ended(): boolean {
    return this.#response.destroyed;
  }

  /** Records from now on, for each event, how old what was shown had become, in ms. */
  record(histogram: Histogram, writtenMs: (timestamp: number) => number): void {
    this.#take = (timestamp) => {
      if (this.#shown !== undefined) {
        const age = performance.timeOrigin + performance.now() - writtenMs(this.#shown);
        histogram.recordValue(Math.max(1, Math.round(age)));
      }
      this.#shown = timestamp;
    };
  }

  end(): void {
    this.#request.destroy();
  }
}

async function follow(url: string, localAddress: string): Promise<Follower> {
  const request = get(url, { agent: false, localAddress });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => undefined);
  if (response.statusCode !== 200) {
    request.destroy();
    throw new Error(`${url} answers ${response.statusCode ?? 'nothing'} to ${localAddress}`);
  }
  return new Follower(request, response);
}
