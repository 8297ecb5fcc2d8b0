import { readLimits } from '../../fetch/read-limits.ts';
import { ReadMemory } from '../../fetch/read-memory.ts';
import { readPart } from '../../snapshots/section-records.ts';
import type { SnapshotPart } from '../../snapshots/section-records.ts';
import { CountingStates, tallyOf } from '../../testing/counting-states.ts';
import type { Tally } from '../../testing/counting-states.ts';
import { format1Record } from '../../testing/format-1.ts';
import type { Format1Snapshot } from '../../testing/format-1.ts';
import type { SimulatedCluster, SimulatedProcess } from '../../testing/simulation/index.ts';
import { keyPartition } from '../../writing/key-partition.ts';
import { FoldEngine } from '../engine.ts';
import type { FoldOptions } from '../fold-options.ts';
import type { FoldEvent } from '../events.ts';

export const INPUT = 'processed';
export const SNAPSHOTS = 'insights';
export const GROUP = 'aggregator';

/** So long that no test sees a snapshot that it did not ask for. */
export const NEVER_MS = 3_600_000;
const MAX_MESSAGE_BYTES = 1_000_000;
const MIB = 1024 * 1024;

/** A process that counts values, with what happened to it. */
export interface Folding {
  readonly process: SimulatedProcess;
  readonly engine: FoldEngine;
  readonly states: CountingStates;
  readonly events: FoldEvent[];
  readonly failures: unknown[];
}

/** Starts a process that folds. @param options other ones than those of all processes */
export function startFolding(
  cluster: SimulatedCluster,
  name: string,
  options: Partial<FoldOptions> = {},
): Folding {
  const process = cluster.process(name);
  const states = new CountingStates();
  const events: FoldEvent[] = [];
  const failures: unknown[] = [];
  const engine = new FoldEngine({
    ports: process,
    groupId: GROUP,
    instance: name,
    input: INPUT,
    snapshots: { topic: SNAPSHOTS, maxMessageBytes: MAX_MESSAGE_BYTES },
    maxSnapshotBytes: MAX_MESSAGE_BYTES - 1_000,
    snapshotIntervalMs: 1_000,
    states,
    handle: (batch) => {
      states.fold(batch);
      return Promise.resolve();
    },
    reading: { limits: readLimits(), memory: new ReadMemory(64 * MIB) },
    following: { limits: readLimits(), memory: new ReadMemory(16 * MIB) },
    stallTimeoutMs: 60_000,
    onEvent: (event) => events.push(event),
    onFatal: (error) => failures.push(error),
    ...options,
  });
  engine.start();
  return { process, engine, states, events, failures };
}

/** Appends records to a partition of the input, each its value a text. */
export function write(cluster: SimulatedCluster, partition: number, ...values: string[]): void {
  const records = values.map((value) => ({ key: null, value: Buffer.from(value), timestamp: 1 }));
  cluster.append(INPUT, partition, records);
}

/** Writes a snapshot as any process of an earlier release could have. */
export function save(
  cluster: SimulatedCluster,
  partition: number,
  snapshot: Format1Snapshot,
): void {
  const record = format1Record(INPUT, partition, snapshot, 1);
  const place = keyPartition(record.key, cluster.read(SNAPSHOTS).length);
  cluster.append(SNAPSHOTS, place, [record]);
}

/** @returns what is in the topic of snapshots of a partition, in the order of the log */
export function savedParts(cluster: SimulatedCluster, partition: number): SnapshotPart[] {
  const records = cluster.read(SNAPSHOTS).flatMap(({ committed }) => committed);
  return records.flatMap((record) => {
    const part = readPart(record, INPUT);
    return part?.partition === partition ? [part] : [];
  });
}

/** @returns the next offsets of the snapshots of a partition, in the order of the log */
export function savedOffsets(cluster: SimulatedCluster, partition: number): number[] {
  return savedParts(cluster, partition).flatMap((part) =>
    part.kind === 'whole' || part.kind === 'head' ? [Number(part.nextOffset)] : [],
  );
}

/** @returns whether processes have, together, each partition once, and are at the end of all of them */
export function haveAll(cluster: SimulatedCluster, ...owners: readonly Folding[]): () => boolean {
  return () =>
    cluster.read(INPUT).every((_, partition) => {
      const { end } = cluster.partition(INPUT, partition).log;
      const owned = owners.flatMap(({ states }) => states.owned.get(partition) ?? []);
      return owned.length === 1 && owned[0]?.nextOffset === BigInt(end);
    });
}

/** @returns what processes have counted together */
export function tally(...owners: readonly Folding[]): Tally {
  return tallyOf(owners.map(({ states }) => states));
}

/** @returns what a recount of the input comes to */
export function recount(cluster: SimulatedCluster): Tally {
  const counts = new Map<string, number>();
  for (const { committed } of cluster.read(INPUT)) {
    for (const { value } of committed) {
      counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    }
  }
  return counts;
}

/** @returns the id of the input as it is now */
export function topicIdOf(cluster: SimulatedCluster): string {
  return cluster.partition(INPUT, 0).topicId;
}
