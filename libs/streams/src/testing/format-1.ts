import type { OutgoingRecord, RecordHeader } from '../records/record.ts';
import { partitionKey } from '../snapshots/section-records.ts';

/** A state that an earlier release keeps, all in one record. */
export interface Format1Snapshot {
  readonly value: Buffer;
  readonly nextOffset: bigint;
  /** Undefined: the release before that did not write it. */
  readonly topicId?: string | undefined;
}

/** @param writtenMs epoch milliseconds @returns the record by which an earlier release keeps a state */
export function format1Record(
  input: string,
  partition: number,
  { value, nextOffset, topicId }: Format1Snapshot,
  writtenMs: number,
): OutgoingRecord & { readonly key: Buffer } {
  const headers: RecordHeader[] = [['next-offset', String(nextOffset)]];
  if (topicId !== undefined) headers.push(['topic-id', topicId], ['leader-epoch', '0']);
  return { key: partitionKey(input, partition), value, headers, timestamp: String(writtenMs) };
}
