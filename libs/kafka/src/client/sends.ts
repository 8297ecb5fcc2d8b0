import type { CompressionTypes, Message } from 'kafkajs';
import type { OutgoingRecord } from '@login-pipeline/streams';
import { BATCH_OVERHEAD, recordBytes, splitBySize } from '@login-pipeline/streams';
import type { Compression } from './compression.ts';
import { compressionType } from './compression.ts';
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
  topic: Pick<UsableTopic, 'topic' | 'maxMessageBytes'>,
  options: SendOptions,
): Generator<Send> {
  for (const { run, compression } of runsOf(records, topic, options)) {
    // Headers are a list where kafkajs' type says object: it hands them on, unseen, to our record batches.
    yield { topic: topic.topic, messages: run as unknown as Message[], compression };
  }
}

/** What makes one send each, and how it is compressed. */
function* runsOf(
  records: readonly OutgoingRecord[],
  { maxMessageBytes }: Pick<UsableTopic, 'maxMessageBytes'>,
  { compression, maxRecords }: SendOptions,
): Generator<{ readonly run: readonly OutgoingRecord[]; readonly compression: CompressionTypes }> {
  const growth = compression === 'none' ? 1 : COMPRESSION_GROWTH;
  const maxBytes = Math.floor(maxMessageBytes / growth);
  for (const run of splitBySize(records, { maxBytes, maxRecords })) {
    const used =
      run.length === 1 ? forOne(run, maxBytes, maxMessageBytes, compression) : compression;
    yield { run, compression: compressionType(used) };
  }
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
