import { lastHeader, NEXT_OFFSET_HEADER } from '@login-pipeline/streams';
import { CountingStates, format1Record, tallyOf } from '@login-pipeline/streams/testing';
import type { Tally } from '@login-pipeline/streams/testing';
import { TestCluster, waitFor } from '../../testing/index.ts';
import { SnapshotConsumer } from '../snapshot-consumer.ts';
import type { SnapshotOptions } from '../snapshot-options.ts';

export const cluster = new TestCluster();
const cleanups: (() => Promise<void>)[] = [];

/** Has something done after the test. */
export function afterwards(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup);
}

/** For `afterEach`: does what was put off, the last first. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** The topics and the group of one test. */
export interface Fold {
  readonly groupId: string;
  readonly input: string;
  readonly snapshots: string;
}

/** Creates what one test needs. */
export async function topics(partitions = 1): Promise<Fold> {
  const [input, snapshots] = await Promise.all([
    cluster.topic('in', { partitions }),
    cluster.topic('snapshots', { partitions: 2, config: { 'cleanup.policy': 'compact' } }),
  ]);
  return { groupId: cluster.unique('group'), input, snapshots };
}

/** A consumer, its states, and what it ended over. */
export interface Running {
  readonly consumer: SnapshotConsumer;
  readonly states: CountingStates;
  readonly fatal: unknown[];
}

/** @returns a consumer that is about to start */
export async function create(
  { groupId, input, snapshots }: Fold,
  snapshotIntervalMs: number,
  {
    stallTimeoutMs = 60_000,
    changes,
  }: Pick<Partial<SnapshotOptions>, 'stallTimeoutMs' | 'changes'> = {},
): Promise<Running> {
  const states = new CountingStates();
  const fatal: unknown[] = [];
  const { connection, logger } = cluster;
  const consumer = await SnapshotConsumer.create(
    {
      connection,
      groupId,
      input: { topic: input, setting: 'INPUT_TOPIC' },
      snapshots: { topic: snapshots, setting: 'SNAPSHOT_TOPIC' },
      snapshotIntervalMs,
      stallTimeoutMs,
      states,
      changes,
      logger,
      metrics: cluster.metrics(),
      onFatal: (error) => fatal.push(error),
    },
    (batch) => {
      states.fold(batch);
      return Promise.resolve();
    },
  );
  afterwards(() => consumer.stop());
  return { consumer, states, fatal };
}

/** @returns a consumer that has started */
export async function start(fold: Fold, snapshotIntervalMs = 50): Promise<Running> {
  const running = await create(fold, snapshotIntervalMs);
  await running.consumer.start();
  return running;
}

/** Values that no other call gives, spread over the partitions by turns. */
export function numbered(
  name: string,
  count: number,
  partitions = 1,
): { value: string; partition: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    value: `${name} ${index}`,
    partition: index % partitions,
  }));
}

/** Each of the messages once. */
export function once(messages: readonly { readonly value: string }[]): Tally {
  return new Map(messages.map(({ value }) => [value, 1]));
}

/** Waits until the owners of the partitions are at their ends. */
export async function caughtUp({ input }: Fold, ...owners: readonly Running[]): Promise<void> {
  await waitFor('the end of the input', async () => {
    // Asked each time: the marker of the last transaction may not be written yet.
    const ends = await cluster.ends(input);
    return ends.every((end, partition) => {
      const positions = owners.flatMap(({ states }) => states.owned.get(partition) ?? []);
      return positions.length === 1 && positions[0]?.nextOffset === BigInt(end);
    });
  });
}

/** @returns what the owners have counted together */
export function tally(...owners: readonly Running[]): Tally {
  return tallyOf(owners.map(({ states }) => states));
}

/** @returns the next offsets of the snapshots, by partition and in the order of the log */
export async function savedOffsets({
  input,
  snapshots,
}: Fold): Promise<ReadonlyMap<number, string[]>> {
  const saved = new Map<number, string[]>();
  for (const { key, value, headers } of await cluster.read(snapshots)) {
    // A snapshot's head, or all of one of an earlier release.
    const [, digits] = /^(\d+)(?:\/[^/]+\/)?$/.exec(String(key).slice(input.length + 1)) ?? [];
    if (digits === undefined || value === null) continue;
    const partition = Number(digits);
    const offset = String(lastHeader(headers, NEXT_OFFSET_HEADER));
    saved.set(partition, [...(saved.get(partition) ?? []), offset]);
  }
  return saved;
}

/** Writes a snapshot as any replica of an earlier release could have. */
export async function save(fold: Fold, nextOffset: bigint, value: Buffer): Promise<void> {
  const record = format1Record(fold.input, 0, { nextOffset, value }, Date.now());
  await cluster.produce(fold.snapshots, [{ ...record, timestamp: String(record.timestamp) }]);
}
