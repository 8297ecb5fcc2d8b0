import type { Topic } from '../cluster/cluster.ts';
import { keyPartition } from '../writing/key-partition.ts';

/**
 * Chooses the partition of a record: the one that it came from where both topics have as many, so
 * that order and locality stay, and no key is hashed. Else the key decides, as in Kafka's Java
 * client. A record without a key stays with its neighbours.
 *
 * @param source the partition that the record came from
 * @param input and target as one and the same answer of the brokers has them: counts of different
 *   age name partitions that do not exist
 */
export function targetPartition(
  key: Buffer | null,
  source: number,
  input: Pick<Topic, 'partitions'>,
  target: Pick<Topic, 'partitions'>,
): number {
  if (input.partitions === target.partitions) return source;
  if (key === null) return source % target.partitions;
  return keyPartition(key, target.partitions);
}
