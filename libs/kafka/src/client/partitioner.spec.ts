import { describe, expect, it } from '@jest/globals';
import type { PartitionMetadata } from 'kafkajs';
import { kafkajs } from './kafkajs.ts';
import { keepPartition } from './partitioner.ts';

const { Partitioners } = kafkajs();

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/**
 * Keys and their partitions of 3, 12 and 100, by `toPositive(murmur2(key)) % partitions` of Kafka's Java client 4.3.1
 * (org.apache.kafka.common.utils.Utils, run once by a small program): what its default partitioner does with a key.
 */
const JAVA_PARTITIONS: readonly [string | Buffer, number, number, number][] = [
  ['', 0, 9, 81],
  ['a', 1, 4, 24],
  ['ab', 2, 2, 34],
  ['abc', 0, 3, 7],
  ['abcd', 2, 8, 0],
  ['21', 0, 0, 40],
  ['foobar', 0, 6, 66],
  ['user-17', 0, 0, 80],
  ['3f7a1d2e-9c44-4b7e-8f0a-2d1c5b6a7e90', 1, 10, 94],
  ['424cdd21-063a-43a7-b91b-7ca1a833afae', 2, 2, 42],
  ['é📱', 0, 3, 19],
  [ALL_BYTES, 1, 10, 74],
];

function metadata(partitions: number): PartitionMetadata[] {
  return Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
}

function choose(
  partitioner: ReturnType<typeof Partitioners.DefaultPartitioner>,
  key: string | Buffer,
  partitions: number,
): number {
  const partitionMetadata = metadata(partitions);
  return partitioner({ topic: 't', message: { key, value: null }, partitionMetadata });
}

describe('the default partitioner', () => {
  const partitioner = Partitioners.DefaultPartitioner();

  it.each(JAVA_PARTITIONS)(
    'puts the key %p where the Java client does',
    (key, of3, of12, of100) => {
      const text = [3, 12, 100].map((partitions) => choose(partitioner, key, partitions));
      const bytes = [3, 12, 100].map((partitions) =>
        choose(partitioner, Buffer.from(key), partitions),
      );
      expect({ text, bytes }).toEqual({
        text: [of3, of12, of100],
        bytes: [of3, of12, of100],
      });
    },
  );
});

describe('keepPartition', () => {
  const partitioner = keepPartition({ partition: 5, partitions: 12 })();

  it('keeps the partition whatever the key, when the topic has as many', () => {
    const keys = JAVA_PARTITIONS.map(([key]) => key);
    expect(keys.map((key) => choose(partitioner, key, 12))).toEqual(keys.map(() => 5));
  });

  it.each(JAVA_PARTITIONS)(
    'goes by the key %p when the topic has fewer or more',
    (key, of3, _, of100) => {
      expect([3, 100].map((partitions) => choose(partitioner, key, partitions))).toEqual([
        of3,
        of100,
      ]);
    },
  );
});
