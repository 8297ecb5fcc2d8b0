import type { OutgoingRecord } from '@login-pipeline/pipeline';
import { BATCH_OVERHEAD, recordBytes, splitBySize } from '@login-pipeline/pipeline';
import type { CompressionTypes, Message } from 'kafkajs';
import type { Compression } from './compression.ts';
import { compressionType } from './compression.ts';
import { hasOwnRecordBatches } from './kafkajs.ts';
import { EncodedBatch } from '../record-batch/index.ts';
import type { UsableTopic } from './topics.ts';

export interface SendOptions {
  readonly compression: Compression;
  /** The most records of one produce request. */
  readonly maxRecords: number;
}

/** What kafkajs' `send` takes. */
export interface Send {
  readonly topic: string;
  readonly messages: Message[];
  readonly compression: CompressionTypes;
}

/** Bytes that do not compress grow: snappy's worst case is a sixth (its format description, "max length"). */
const COMPRESSION_GROWTH = 7 / 6;

/**
 * Splits records into sends that the topic takes: kafkajs makes one record batch per partition of every
 * send, and the broker refuses a batch over the topic's `max.message.bytes`.
 *
 * A record that is too large as it is goes alone and compressed: it came in that way.
 */
export function* sendsOf(
  records: readonly OutgoingRecord[],
  { topic, maxMessageBytes }: Pick<UsableTopic, 'topic' | 'maxMessageBytes'>,
  { compression, maxRecords }: SendOptions,
): Generator<Send> {
  const growth = compression === 'none' ? 1 : COMPRESSION_GROWTH;
  const maxBytes = Math.floor(maxMessageBytes / growth);
  for (const run of splitBySize(records, { maxBytes, maxRecords })) {
    const used =
      run.length === 1 ? forOne(run, maxBytes, maxMessageBytes, compression) : compression;
    yield { topic, messages: run as Message[], compression: compressionType(used) };
  }
}

/**
 * Like {@link sendsOf}, encoded at once when all records go to one partition. So whoever sends later keeps bytes for so long,
 * and no objects.
 *
 * @param partition undefined: each by its key, so that they cannot be encoded together yet
 */
export async function encodedSends(
  records: readonly OutgoingRecord[],
  topic: Pick<UsableTopic, 'topic' | 'maxMessageBytes'>,
  partition: number | undefined,
  options: SendOptions,
): Promise<readonly Send[]> {
  const sends = [...sendsOf(records, topic, options)];
  if (partition === undefined || !hasOwnRecordBatches()) return sends;
  return Promise.all(
    sends.map(async (send) => {
      const batch = await EncodedBatch.of(send.messages, send.compression, partition);
      return { ...send, messages: batch as unknown as Message[] };
    }),
  );
}

function forOne(
  run: readonly OutgoingRecord[],
  maxBytes: number,
  maxMessageBytes: number,
  compression: Compression,
): Compression {
  const bytes = run.reduce((sum, record) => sum + recordBytes(record), BATCH_OVERHEAD);
  if (bytes <= maxBytes) return compression;
  return bytes <= maxMessageBytes ? 'none' : 'gzip';
}
