import type { Logger, Metrics } from '@login-pipeline/observability';
import { KafkaUnavailableError } from '../client/errors.ts';
import type { TopicRole } from '../client/topics.ts';
import type { PartitionBounds } from '../group/partition-watch.ts';
import type { Snapshot } from './snapshot-record.ts';

/** The topics of a consumer, and where it reports to. */
export interface Surroundings {
  readonly input: TopicRole;
  readonly snapshots: TopicRole;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A partition with its newest snapshot; undefined: there is none. */
export interface Restorable {
  readonly partition: number;
  readonly snapshot: Snapshot | undefined;
  /** Undefined: of an empty log. */
  readonly bounds: PartitionBounds | undefined;
}

/**
 * @returns where a partition's state begins: at its snapshot's end, or behind what retention deleted after that
 * @throws KafkaUnavailableError when the snapshot cannot be of this topic
 */
export function startOf(
  { partition, snapshot, bounds }: Restorable,
  surroundings: Surroundings,
): bigint {
  const { earliest, end } = bounds ?? { earliest: 0n, end: 0n };
  if (snapshot === undefined) return earliest;
  const { input, snapshots } = surroundings;
  if (snapshot.nextOffset > end) {
    throw new KafkaUnavailableError(
      `The snapshot of partition ${partition} in "${snapshots.topic}" ends at offset ${snapshot.nextOffset}, ` +
        `but "${input.topic}" (INPUT_TOPIC) ends at ${end}: it was created anew. ` +
        'Set SNAPSHOT_TOPIC to a new topic to count it from its beginning.',
    );
  }
  if (snapshot.nextOffset >= earliest) return snapshot.nextOffset;
  reportGap({ partition, next: snapshot.nextOffset, earliest }, surroundings);
  return earliest;
}

/** Counts and logs records that retention deleted, from the state's next offset on. */
export function reportGap(
  {
    partition,
    next,
    earliest,
  }: { readonly partition: number; readonly next: bigint; readonly earliest: bigint },
  { input, logger, metrics }: Surroundings,
): void {
  metrics.increment('records_lost_total', {}, Number(earliest - next));
  logger.error(
    { topic: input.topic, partition, next: String(next), earliest: String(earliest) },
    'Retention deleted records before they were counted',
  );
}
