import type { OutgoingRecord } from '@login-pipeline/pipeline';

/** A partition's state, as bytes, and the next offset it belongs to. */
export interface Snapshot {
  readonly value: Buffer;
  readonly nextOffset: bigint;
}

/** Repeats the snapshot's next offset outside its value, so that readers need not decode all to find the newest. */
export const NEXT_OFFSET_HEADER = 'next-offset';

/** @returns the record that keeps a snapshot; its key is the input partition, as Kafka writes it: `topic-3` */
export function snapshotRecord(
  topic: string,
  partition: number,
  { value, nextOffset }: Snapshot,
): OutgoingRecord {
  return {
    key: Buffer.from(`${topic}-${partition}`),
    value,
    headers: [[NEXT_OFFSET_HEADER, nextOffset.toString()]],
    timestamp: String(Date.now()),
  };
}

/** @returns the partition a snapshot's key names, or undefined when it is of another topic */
export function partitionOfKey(key: Buffer | null, topic: string): number | undefined {
  const text = key?.toString() ?? '';
  const digits = text.slice(topic.length + 1);
  return text.startsWith(`${topic}-`) && /^\d+$/.test(digits) ? Number(digits) : undefined;
}
