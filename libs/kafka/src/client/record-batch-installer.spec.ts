import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { Message } from 'kafkajs';
import type { FetchedRecord } from '@login-pipeline/streams';
import { UnreadableBatchError } from '@login-pipeline/streams';
import type { FetchedPartition } from '@login-pipeline/streams-kafkajs';
import { murmur2 } from '@login-pipeline/streams';
import { PartitionBatch } from '@login-pipeline/streams-kafkajs';
import { batchOf } from '@login-pipeline/streams-kafkajs/record-batch/testing/batches.ts';
import { fetch, piecesOf } from '@login-pipeline/streams-kafkajs/record-batch/testing/fetch.ts';
import { classify } from './errors.ts';
import { kafkajs } from './kafkajs.ts';
import { installRecordBatches } from './record-batch-installer.ts';

const require = createRequire(import.meta.url);
const { DefaultPartitioner } = kafkajs().Partitioners;

interface Encoder {
  readonly buffer: Buffer;
}

type ProduceRequest = (parameters: object) => {
  readonly apiVersion: number;
  readonly encode: () => Promise<Encoder>;
};

/** A batch of one record with a key and a value of a byte each. */
const BATCH_BYTES = 70;

type Messages = FetchedPartition['messages'];

/** @returns what kafkajs itself gets when it requires one of its modules */
const load = (path: string): unknown => require(`kafkajs/src/${path}`);

const Decoder = load('protocol/decoder') as new (bytes: Buffer) => object;
const decodeMessages = load('protocol/requests/fetch/v4/decodeMessages') as (
  decoder: object,
) => Promise<Messages>;

/** @returns a partition's records as a fetch response has them: their length, then themselves */
function sized(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function batch(messages: Messages, fetchedOffset = '0'): PartitionBatch {
  return new PartitionBatch('logins', fetchedOffset, {
    partition: 3,
    highWatermark: '100',
    messages,
  });
}

/** @returns the records of a fetch */
async function recordsOf(read: PartitionBatch): Promise<readonly FetchedRecord[]> {
  const records: FetchedRecord[] = [];
  for await (const piece of piecesOf(read)) records.push(...piece.records);
  return records;
}

describe('installRecordBatches', () => {
  it('refuses a kafkajs that was loaded before', () => {
    expect(() => {
      installRecordBatches();
    }).toThrow('kafkajs was loaded before');
  });

  it('gives kafkajs our batches and our hash', () => {
    expect(load('consumer/batch')).toBe(PartitionBatch);
    expect(load('producer/partitioners/default/murmur2')).toBe(murmur2);
  });

  it('groups records by partition, in order, with kafkajs’ own partitioner', () => {
    const group = load('producer/groupMessagesPerPartition') as (parameters: object) => unknown;
    const partitionMetadata = [0, 1, 2].map((partitionId) => ({ partitionId, leader: 1 }));
    const messages: Message[] = ['a', 'ab', 'abc', '21', 'a'].map((key) => ({ key, value: null }));
    const [a, ab, abc, twentyOne, again] = messages;
    const partitioner = DefaultPartitioner();
    const parameters = { topic: 'logins', messages, partitioner };
    expect(group({ ...parameters, partitionMetadata })).toEqual({
      0: [abc, twentyOne],
      1: [a, again],
      2: [ab],
    });
    expect(group({ ...parameters, partitionMetadata: [] })).toEqual({});
  });

  it('decodes what a fetch response holds, and what follows it stays readable', async () => {
    const bytes = Buffer.concat([sized(await batchOf(4, ['a'])), sized(await batchOf(5, ['b']))]);
    const decoder = new Decoder(bytes);
    const offsets = [];
    for (const messages of [await decodeMessages(decoder), await decodeMessages(decoder)]) {
      offsets.push((await recordsOf(batch(messages))).map(({ offset }) => offset));
    }
    expect(offsets).toEqual([['4'], ['5']]);
  });

  it.each([0, -1])('takes a response whose records are %d bytes long for empty', async (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    expect(await decodeMessages(new Decoder(bytes))).toEqual({ batches: [] });
  });

  it('leaves message sets of old brokers to kafkajs', async () => {
    const encode = load('protocol/messageSet') as (set: object) => Encoder;
    const entries = ['a', 'b'].map((key) => ({ key, value: `value of ${key}`, timestamp: '7' }));
    const { buffer } = encode({ messageVersion: 1, entries });
    // A producer numbers from the broker's zero: the offsets are in the entries.
    buffer.writeBigInt64BE(30n, 0);
    buffer.writeBigInt64BE(31n, buffer.length / 2);
    const read = batch(await decodeMessages(new Decoder(sized(buffer))), '31');
    expect(
      (await recordsOf(read)).map(({ offset, key, timestamp }) => [offset, String(key), timestamp]),
    ).toEqual([['31', 'b', '7']]);
    expect([read.firstOffset(), read.lastOffset()]).toEqual(['31', '31']);
  });

  it.each([3, 7])('encodes Produce requests of version %d', async (version) => {
    const request = load(`protocol/requests/produce/v${version}/request`) as ProduceRequest;
    const messages = [{ key: 'k', value: 'v', timestamp: '5' }];
    const partitions = [{ partition: 3, firstSequence: 9, messages }];
    const common = { acks: -1, timeout: 30_000, topicData: [{ topic: 'logins', partitions }] };
    const idempotent = { transactionalId: 'tx', producerId: '7', producerEpoch: 2 };
    const { apiVersion, encode } = request({ ...common, ...idempotent });
    expect(apiVersion).toBe(version);
    const { buffer } = await encode();
    const written = buffer.subarray(buffer.length - BATCH_BYTES);
    // Transactional id, acks, time-out, one topic by its name, one partition by its number, and its batch.
    expect(buffer.toString('hex')).toBe(
      `00027478ffff000075300000000100066c6f67696e730000000100000003${sized(written).toString('hex')}`,
    );
    expect((await fetch(written)).records.at(0)).toMatchObject({ offset: '0', timestamp: 5 });
    // Attributes; producer, epoch and sequence.
    expect(written.readInt16BE(21)).toBe(0x10);
    expect(written.toString('hex', 43, 57)).toBe('0000000000000007000200000009');
  });

  it('encodes what a producer writes that is not idempotent', async () => {
    const request = load('protocol/requests/produce/v3/request') as ProduceRequest;
    const messages = [{ key: 'k', value: 'v', timestamp: '5' }];
    const partitions = [{ partition: 3, firstSequence: 0, messages }];
    const topicData = [{ topic: 'logins', partitions }];
    const { encode } = request({
      acks: 1,
      timeout: 1,
      producerId: -1,
      producerEpoch: 0,
      topicData,
    });
    const { buffer } = await encode();
    const written = buffer.subarray(buffer.length - BATCH_BYTES);
    expect(buffer.toString('hex', 0, 4)).toBe('ffff0001');
    expect(written.readInt16BE(21)).toBe(0);
    expect(written.toString('hex', 43, 57)).toBe('ff'.repeat(14));
  });

  it('has damaged records that nothing waits for end the process instead of a restart for ever', async () => {
    const damaged = await batchOf(0, ['a']);
    damaged[65] = 0xff;
    const messages = await decodeMessages(new Decoder(sized(damaged)));
    const thrown: unknown = await recordsOf(batch(messages)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(UnreadableBatchError);
    const { KafkaJSNumberOfRetriesExceeded } = kafkajs();
    const wrapped = new KafkaJSNumberOfRetriesExceeded(thrown as Error, {
      retryCount: 8,
      retryTime: 1,
    });
    expect(classify(wrapped)).toBe('refused');
  });
});
