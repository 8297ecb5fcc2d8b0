import type { ICustomPartitioner } from 'kafkajs';
import { kafkajs } from './kafkajs.ts';

/**
 * Keeps a record in the partition it came from when its new topic has as many: order and locality stay,
 * and no key is hashed. Otherwise the murmur2 hash of the key decides, as in Kafka's Java client.
 *
 * @param source the input partition and how many partitions its topic has
 */
export function keepPartition(source: {
  readonly partition: number;
  readonly partitions: number;
}): ICustomPartitioner {
  return () => {
    const byKey = kafkajs().Partitioners.DefaultPartitioner();
    return (record) =>
      record.partitionMetadata.length === source.partitions ? source.partition : byKey(record);
  };
}
