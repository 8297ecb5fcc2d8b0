import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { Message } from 'kafkajs';
import { murmur2 } from '@login-pipeline/streams';
import { fetch } from '@login-pipeline/streams-kafkajs/record-batch/testing/fetch.ts';
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

/** @returns what kafkajs itself gets when it requires one of its modules */
const load = (path: string): unknown => require(`kafkajs/src/${path}`);

/** @returns a partition's records as a request has them: their length, then themselves */
function sized(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

describe('installRecordBatches', () => {
  it('refuses a kafkajs that was loaded before', () => {
    expect(() => {
      installRecordBatches();
    }).toThrow('kafkajs was loaded before');
  });

  it('gives kafkajs our hash', () => {
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
});
