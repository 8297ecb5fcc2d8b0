import type { ConsumedBatch, Refusal } from '@login-pipeline/pipeline';
import type { RefusedRecords } from '../client/refused-records.ts';
import type { PlannedBatch } from './batch-planner.ts';

/** Brokers refused records of a transaction one by one; nothing of it counts. */
export class RecordsRefusedError extends Error {
  override readonly name = 'RecordsRefusedError';
  readonly refused: readonly RefusedRecords[];

  constructor(refused: readonly RefusedRecords[], options: ErrorOptions) {
    super('The brokers refuse records', options);
    this.refused = refused;
  }
}

/** Thrown once it is known which records are to become dead letters: their batch is to be planned again. */
export class RefusedOutputsError extends Error {
  override readonly name = 'RefusedOutputsError';
}

/**
 * Finds the records of a batch whose outputs were refused.
 *
 * @returns by offset, why; empty when what was refused are dead letters, which have no further place to go
 */
export function refusedOutputs(
  { refused }: RecordsRefusedError,
  { sends, sources }: PlannedBatch,
  records: ConsumedBatch['records'],
): ReadonlyMap<string, Refusal> {
  const offsets = new Map<string, Refusal>();
  for (const { messages, indexes, error } of refused) {
    const refusal = error === 'INVALID_TIMESTAMP' ? 'timestamp' : 'record';
    for (const index of indexes) {
      const source = sourceOf(sends, sources, messages, index);
      const offset = source === undefined ? undefined : records.at(source)?.offset;
      if (offset !== undefined) offsets.set(offset, refusal);
    }
  }
  return offsets;
}

/** @returns the index in the batch of what the record at `index` of these messages was made of */
function sourceOf(
  sends: PlannedBatch['sends'],
  sources: PlannedBatch['sources'],
  messages: RefusedRecords['messages'],
  index: number,
): number | undefined {
  const record = Array.isArray(messages) ? (messages as readonly unknown[])[index] : undefined;
  for (const [topic, ofTopic] of sends.entries()) {
    let start = 0;
    for (const send of ofTopic) {
      // What has no partition yet is sent as records, which kafkajs puts under their partitions.
      const sent: unknown = send.messages;
      const position = sent === messages ? index : Array.isArray(sent) ? sent.indexOf(record) : -1;
      if (position >= 0) return sources[topic]?.[start + position];
      start += send.messages.length;
    }
  }
  return undefined;
}
