import type { Cluster } from '../cluster.ts';

export const PARTITIONS = 3;
/** The odd outnumber the good on purpose. */
const EVERY_RECORD_MAY_BE_BAD = '1';
const MIB = 1024 * 1024;
/** What a service may take, whatever comes in: the promise of docs/records.md. */
export const MEMORY_LIMIT_BYTES = 512 * MIB;
/** Topics that take what a stranger can think of. */
const OPEN_TOPIC = {
  'message.timestamp.after.max.ms': String(2n ** 63n - 1n),
  'max.message.bytes': String(8 * MIB),
};

/** The topics of a run, and the settings that lead the services there. */
export interface HostileLane {
  /** The transformer's. */
  readonly input: string;
  readonly output: string;
  readonly deadLetter: string;
  /** The aggregator's input, which nothing but a hostile producer writes to. */
  readonly processed: string;
  readonly transformer: Readonly<Record<string, string>>;
  readonly aggregator: Readonly<Record<string, string>>;
}

/** Creates the topics that a hostile producer writes to. */
export async function openHostileLane(cluster: Cluster): Promise<HostileLane> {
  const { settings, ...names } = await cluster.lane({ partitions: PARTITIONS });
  const input = `${names.input}-strange`;
  const processed = `${names.output}-strange`;
  await cluster.createTopic(input, PARTITIONS, OPEN_TOPIC);
  await cluster.createTopic(processed, PARTITIONS, OPEN_TOPIC);
  const snapshots = `${processed}-snapshots`;
  await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
  return {
    ...{ input, output: names.output, deadLetter: names.deadLetter, processed },
    transformer: {
      ...settings,
      INPUT_TOPIC: input,
      DEAD_LETTER_MAX_RATIO: EVERY_RECORD_MAY_BE_BAD,
    },
    aggregator: {
      INPUT_TOPIC: processed,
      SNAPSHOT_TOPIC: snapshots,
      GROUP_ID: `${names.group}-insights`,
    },
  };
}
