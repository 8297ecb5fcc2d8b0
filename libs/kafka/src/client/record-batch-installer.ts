import { createRequire } from 'node:module';
import type { Message, PartitionMetadata } from 'kafkajs';
import {
  groupByPartition,
  murmur2,
  PartitionBatch,
  readBatches,
  writeBatch,
} from '../record-batch/index.ts';
import type {
  BatchProducer,
  FetchedBatch,
  FetchedBatches,
  FetchedRecord,
} from '../record-batch/index.ts';

/** The release whose modules these are. Another one may cut them differently. */
const KAFKAJS_VERSION = '2.2.4';

/** kafkajs' modules for record batches. Whoever uses one of them requires it by itself. */
const SEAM = {
  batch: 'kafkajs/src/consumer/batch.js',
  decodeMessages: 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js',
  groupMessages: 'kafkajs/src/producer/groupMessagesPerPartition.js',
  murmur2: 'kafkajs/src/producer/partitioners/default/murmur2.js',
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

/** The part of kafkajs' encoder that is used. */
interface Encoder {
  writeString(text: string | null): Encoder;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeBytes(bytes: Buffer): Encoder;
}

type DecodeMessages = (decoder: Decoder) => Promise<readonly FetchedRecord[]>;

interface PartitionRecords {
  readonly partition: number;
  readonly firstSequence: number;
  readonly messages: readonly Message[];
}

interface ProduceParameters {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  /** A decimal int64; -1 when the producer is not idempotent. */
  readonly producerId?: string | number | bigint;
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly PartitionRecords[];
  }[];
}

/** A request as kafkajs sends it: what it is, and how it is encoded. */
interface Request {
  readonly encode: () => Promise<Encoder>;
}

type ProduceRequest = (parameters: ProduceParameters) => Request;

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
        `install ${KAFKAJS_VERSION}, or set KAFKA_RECORD_BATCHES=kafkajs`,
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
  const EncoderClass = require('kafkajs/src/protocol/encoder') as new () => Encoder;
  replace(require, SEAM.produceRequest, (original) =>
    produceRequest(original as ProduceRequest, () => new EncoderClass()),
  );
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
      return { batches: legacyBatches(await original(decoder)) };
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
  return [
    {
      baseOffset: Number(first.offset),
      lastOffset: Number(last.offset),
      transactionOf: undefined,
      marker: undefined,
      decode: (from, into) => {
        for (const record of records) if (Number(record.offset) >= from) into.push(record);
      },
    },
  ];
}

/** Replaces how a request is encoded, and nothing else: versions 4 to 7 are made of this one. */
function produceRequest(original: ProduceRequest, encoder: () => Encoder): ProduceRequest {
  return (parameters) => ({
    ...original(parameters),
    encode: () => encodeProduce(parameters, encoder()),
  });
}

/** Encodes a Produce request, version 3 (Kafka protocol guide, "Produce API"). */
async function encodeProduce(parameters: ProduceParameters, encoder: Encoder): Promise<Encoder> {
  const { transactionalId = null, acks, timeout, compression = 0, topicData } = parameters;
  encoder.writeString(transactionalId).writeInt16(acks).writeInt32(timeout);
  encoder.writeInt32(topicData.length);
  for (const { topic, partitions } of topicData) {
    encoder.writeString(topic).writeInt32(partitions.length);
    for (const { partition, messages, firstSequence } of partitions) {
      const batch = await writeBatch(messages, compression, producerOf(parameters, firstSequence));
      encoder.writeInt32(partition).writeBytes(batch);
    }
  }
  return encoder;
}

/** @returns undefined when the producer is not idempotent */
function producerOf(
  { producerId = -1, producerEpoch = 0, transactionalId = null }: ProduceParameters,
  baseSequence: number,
): BatchProducer | undefined {
  const id = BigInt(producerId);
  if (id < 0n) return undefined;
  return { id, epoch: producerEpoch, baseSequence, transactional: transactionalId !== null };
}
