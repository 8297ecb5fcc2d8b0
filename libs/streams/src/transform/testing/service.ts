import { readLimits } from '../../fetch/read-limits.ts';
import { ReadMemory } from '../../fetch/read-memory.ts';
import { NO_FLOW } from '../../plan/flow.ts';
import { UndecidedError } from '../../plan/undecided-error.ts';
import type { SimulatedCluster, SimulatedProcess } from '../../testing/simulation/index.ts';
import { TransformEngine } from '../engine.ts';
import type { TransformOptions } from '../engine.ts';
import type { TransformEvent } from '../events.ts';
import { targetWrites } from '../target-writes.ts';

export const INPUT = 'logins';
export const OUTPUT = 'processed';
export const GROUP = 'transformer';

const LIMITS = { maxMessageBytes: 1_000_000, maxRecords: 1_000, codec: 'none' } as const;

/** A service that passes all records on, with what happened to it. */
export interface Service {
  readonly process: SimulatedProcess;
  readonly engine: TransformEngine;
  readonly events: (TransformEvent & { readonly at: number })[];
  readonly failures: unknown[];
}

/** Starts a service on a simulated cluster. @param options other ones than those of all services */
export function startService(
  cluster: SimulatedCluster,
  name: string,
  topic = INPUT,
  options: Partial<TransformOptions> = {},
): Service {
  const process = cluster.process(name);
  const events: Service['events'] = [];
  const failures: unknown[] = [];
  const engine = new TransformEngine({
    ports: process,
    groupId: GROUP,
    instance: name,
    input: topic,
    targets: [OUTPUT],
    plan:
      ({ cluster: topics }) =>
      async ({ partition, records }) => {
        const [input, target] = [topics.topic(topic), topics.topic(OUTPUT)];
        if (input === undefined || target === undefined) throw new UndecidedError('No topic');
        const outputs = [...records];
        const to = { input, target };
        return {
          writes: await targetWrites(outputs, partition, to, LIMITS, process.encoder),
          counts: { ...NO_FLOW, emitted: records.length },
        };
      },
    reading: { limits: readLimits(), memory: new ReadMemory(64 * 1024 * 1024) },
    lingerMs: 0,
    stallTimeoutMs: 60_000,
    onEvent: (event) => {
      events.push({ ...event, at: cluster.now() });
    },
    onFatal: (error) => {
      failures.push(error);
    },
    ...options,
  });
  engine.start();
  return { process, engine, events, failures };
}

/** Appends a record, its value a text. */
export function append(
  cluster: SimulatedCluster,
  partition: number,
  value: string,
  topic = INPUT,
): void {
  cluster.append(topic, partition, [{ key: null, value: Buffer.from(value), timestamp: 1 }]);
}

/** @returns the committed values of a partition, by default of the output */
export function outputs(cluster: SimulatedCluster, partition: number, topic = OUTPUT): string[] {
  const { committed = [] } = cluster.read(topic)[partition] ?? {};
  return committed.map(({ value }) => String(value));
}

/** @returns whether the markers of all transactions in topics are there */
export function isDecided(cluster: SimulatedCluster, topics: readonly string[]): boolean {
  return topics
    .flatMap((topic) => cluster.read(topic))
    .every(({ all }) => all.every(({ fate }) => fate !== 'open'));
}

/** Lets time pass until something is so. @throws Error when it is not within the time */
export async function until(
  cluster: SimulatedCluster,
  isSo: () => boolean,
  withinMs = 30_000,
): Promise<number> {
  const began = cluster.now();
  await cluster.run(began + withinMs, isSo);
  if (!isSo()) throw new Error(`It is not so within ${withinMs} ms`);
  return cluster.now() - began;
}
