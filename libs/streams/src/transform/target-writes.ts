import type { Topic } from '../cluster/cluster.ts';
import type { BatchEncoder } from '../ports.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { partitionedWrites } from '../writing/partitioned-writes.ts';
import type { SourcedWrite, TargetLimits } from '../writing/partitioned-writes.ts';
import { targetPartition } from './target-partition.ts';

/**
 * Encodes records for a topic, each for the partition that {@link targetPartition} chooses.
 *
 * @param source the partition that all records came from
 */
export function targetWrites(
  records: readonly OutgoingRecord[],
  source: number,
  { input, target }: { readonly input: Topic; readonly target: Topic },
  limits: TargetLimits,
  encoder: BatchEncoder,
): Promise<readonly SourcedWrite[]> {
  const partitionOf = ({ key }: OutgoingRecord): number =>
    targetPartition(key, source, input, target);
  return partitionedWrites(target.topic, records, partitionOf, limits, encoder);
}
