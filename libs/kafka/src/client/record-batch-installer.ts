import { createRequire } from 'node:module';
import type { Message, PartitionMetadata } from 'kafkajs';
import type {
  FetchedBatch,
  FetchedBatches,
  FetchedRecord,
  RecordPart,
} from '@login-pipeline/streams';
import { murmur2 } from '@login-pipeline/streams';
import { PartitionBatch, groupByPartition, readBatches } from '@login-pipeline/streams-kafkajs';
import { produceRequest, requestFramer } from './produce-request.ts';
import type { EncoderClass, ProduceRequest } from './produce-request.ts';

/** The release whose modules these are. Another one may cut them differently. */
const KAFKAJS_VERSION = '2.2.4';

/** kafkajs' modules for record batches. Whoever uses one of them requires it by itself. */
const SEAM = {
  batch: 'kafkajs/src/consumer/batch.js',
  decodeMessages: 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js',
  groupMessages: 'kafkajs/src/producer/groupMessagesPerPartition.js',
  murmur2: 'kafkajs/src/producer/partitioners/default/murmur2.js',
  frame: 'kafkajs/src/protocol/request.js',
  produceRequest: 'kafkajs/src/protocol/requests/produce/v3/request.js',
} as const;

/** The part of kafkajs' decoder that is used. */
interface Decoder {
  readonly buffer: Buffer;
  offset: number;
  readInt32(): number;
  canReadBytes(length: number): boolean;
  readBytes(length: number): Buffer;
}

type DecodeMessages = (decoder: Decoder) => Promise<readonly FetchedRecord[]>;

interface GroupParameters {
  readonly topic: string;
  readonly partitionMetadata: readonly PartitionMetadata[];
  readonly messages: readonly Message[];
  readonly partitioner: (record: {
    readonly topic: string;
    readonly partitionMetadata: readonly PartitionMetadata[];
    readonly message: Message;
  }) => number;
}

/** Everything before the magic byte is as long in all formats. */
const MAGIC_END = 17;
const MAGIC_OF_BATCHES = 2;

/**
 * Puts our record-batch code into the place of kafkajs' own, in the module cache. kafkajs must not have
 * been loaded: who has required one of the modules keeps it.
 *
 * @throws Error when it is another release of kafkajs, or loaded already
 */
export function installRecordBatches(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== KAFKAJS_VERSION) {
    throw new Error(
      `The record-batch code is made for kafkajs ${KAFKAJS_VERSION}, but ${version} is installed: ` +
        `install ${KAFKAJS_VERSION}`,
    );
  }
  for (const path of Object.values(SEAM)) {
    if (require.cache[require.resolve(path)] !== undefined) {
      throw new Error(
        'kafkajs was loaded before its record-batch code could be replaced: import it by libs/kafka only',
      );
    }
  }
  replace(require, SEAM.batch, () => PartitionBatch);
  replace(require, SEAM.murmur2, () => murmur2);
  replace(require, SEAM.groupMessages, () => groupMessages);
  replace(require, SEAM.decodeMessages, (original) => decodeMessages(original as DecodeMessages));
  const Encoder = require('kafkajs/src/protocol/encoder') as EncoderClass;
  replace(require, SEAM.produceRequest, (original) =>
    produceRequest(original as ProduceRequest, Encoder),
  );
  replace(require, SEAM.frame, () => requestFramer(Encoder));
}

/**
 * Loads a module and replaces what it exports. An entry of one's own in the cache would do in Node, but
 * Jest allows none.
 */
function replace(
  require: NodeJS.Require,
  path: string,
  replacement: (original: unknown) => unknown,
): void {
  const original: unknown = require(path);
  const module = require.cache[require.resolve(path)];
  if (module === undefined) throw new Error(`${path} did not get into the module cache`);
  module.exports = replacement(original);
}

function groupMessages({
  topic,
  partitionMetadata,
  messages,
  partitioner,
}: GroupParameters): Record<number, Message[]> {
  if (partitionMetadata.length === 0) return {};
  return groupByPartition(messages, (message) =>
    partitioner({ topic, partitionMetadata, message }),
  );
}

function decodeMessages(original: DecodeMessages): (decoder: Decoder) => Promise<FetchedBatches> {
  return async (decoder) => {
    const size = decoder.readInt32();
    if (size <= 0) return { batches: [] };
    const start = decoder.offset;
    const bytes = decoder.buffer.subarray(start, start + size);
    if (bytes.length >= MAGIC_END && bytes.readInt8(MAGIC_END - 1) < MAGIC_OF_BATCHES) {
      // It reads the size by itself.
      decoder.offset = start - 4;
      try {
        return { batches: legacyBatches(await original(decoder)) };
      } catch (error) {
        decoder.offset = start + size;
        const offset = Number(bytes.readBigInt64BE());
        return { batches: [], damage: { offset, lastOffset: undefined, reason: String(error) } };
      }
    }
    decoder.offset = start + size;
    return readBatches(bytes);
  };
}

/** Message sets, which Kafka before 0.11 wrote, are decoded by kafkajs; they know no transactions. */
function legacyBatches(records: readonly FetchedRecord[]): FetchedBatch[] {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return [];
  const from = (minimum: number): RecordPart => ({
    records: records.filter(({ offset }) => Number(offset) >= minimum),
    bytes: 0,
  });
  return [
    {
      baseOffset: Number(first.offset),
      lastOffset: Number(last.offset),
      count: records.length,
      isCompressed: false,
      windowBytes: 0,
      transactionOf: undefined,
      marker: undefined,
      whole: (minimum) => Promise.resolve(from(minimum)),
      async *parts(minimum) {
        yield await Promise.resolve(from(minimum));
      },
    },
  ];
}
