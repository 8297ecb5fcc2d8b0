/**
 * Puts records under their partitions, in order.
 *
 * @param partitionOf chooses the partition; called once per record, in order
 */
export function groupByPartition<R>(
  records: readonly R[],
  partitionOf: (record: R) => number,
): Record<number, R[]> {
  const groups: Record<number, R[]> = {};
  for (const record of records) (groups[partitionOf(record)] ??= []).push(record);
  return groups;
}
