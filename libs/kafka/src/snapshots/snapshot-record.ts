import type { OutgoingRecord } from '@login-pipeline/streams';
import { BATCH_OVERHEAD, recordBytes } from '@login-pipeline/streams';
import type { UsableTopic } from '../client/topics.ts';

/** A partition's state, as bytes, and the next offset it belongs to. */
export interface Snapshot {
  readonly value: Buffer;
  readonly nextOffset: bigint;
}

/** A snapshot as it was found in its topic. */
export interface FoundSnapshot extends Snapshot {
  /** When it was written, by the clock of its writer, epoch ms. */
  readonly writtenMs: number;
}

/** Repeats the snapshot's next offset outside its value, so that readers need not decode all to find the newest. */
export const NEXT_OFFSET_HEADER = 'next-offset';

const MAX_OFFSET = 2n ** 63n - 1n;

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

/** @returns the most bytes of a snapshot that its topic takes */
export function maxSnapshotBytes(input: UsableTopic, { maxMessageBytes }: UsableTopic): number {
  const largest = { value: Buffer.alloc(0), nextOffset: MAX_OFFSET };
  const record = snapshotRecord(input.topic, input.partitions, largest);
  return maxMessageBytes - BATCH_OVERHEAD - recordBytes(record);
}

/** @returns the partition a snapshot's key names, or undefined when it is of another topic */
export function partitionOfKey(key: Buffer | null, topic: string): number | undefined {
  const text = key?.toString() ?? '';
  const digits = text.slice(topic.length + 1);
  return text.startsWith(`${topic}-`) && /^\d+$/.test(digits) ? Number(digits) : undefined;
}
