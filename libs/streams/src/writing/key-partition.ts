import { murmur2 } from './murmur2.ts';

/** @returns the partition of a key, of so many, as Kafka's Java client chooses it */
export function keyPartition(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
