import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { framed } from './kafka-fields.ts';
import { correlationIdOf, FrameSplitter, requestHeader } from './kafka-frames.ts';
import {
  classicRequest,
  classicString,
  CLIENT_ID,
  CORRELATION_ID,
  flexibleRequest,
  JAVA,
  response,
} from './testing/frames.ts';

describe('frames', () => {
  const frames = [
    framed(Buffer.from('one')),
    framed(Buffer.alloc(0)),
    framed(Buffer.from('three')),
  ];
  const stream = Buffer.concat(frames);

  it.each([1, 2, 3, 5, 7, stream.length])('come out whole from chunks of %i bytes', (size) => {
    const splitter = new FrameSplitter();
    const found: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) {
      found.push(...splitter.push(stream.subarray(at, at + size)));
    }
    expect(found).toEqual(frames);
  });

  it('come out whole from any chunks', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bodies, sizes, (sent, chunks) => {
        const whole = sent.map((body) => framed(Buffer.from(body)));
        const bytes = Buffer.concat(whole);
        const splitter = new FrameSplitter();
        const found: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = chunks[turn % chunks.length] ?? 1;
          found.push(...splitter.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(found).toEqual(whole);
      }),
    );
  });
});

describe('request header', () => {
  const known = { correlationId: CORRELATION_ID, clientId: CLIENT_ID };

  it.each([
    [0, 7, 'Produce', 'group.topic.3'],
    [26, 1, 'EndTxn', 'group.topic.3'],
    [1, 11, 'Fetch', undefined],
    [11, 5, 'JoinGroup', undefined],
    [999, 9, 'other', undefined],
  ])(
    'key %i in version %i, as kafkajs asks, is %s with the transactional id %s',
    (key, version, api, transactionalId) => {
      const frame = classicRequest(key, version, classicString('group.topic.3'));
      expect(requestHeader(frame)).toEqual({ ...known, api, isFlexible: false, transactionalId });
    },
  );

  it.each([
    [0, 12, JAVA.produce, 'Produce', 'id'],
    [22, 5, JAVA.initProducer, 'InitProducerId', 'id'],
    [24, 3, JAVA.addPartitions, 'AddPartitionsToTxn', 'id'],
    [25, 4, JAVA.addOffsets, 'AddOffsetsToTxn', 'id'],
    [26, 5, JAVA.end, 'EndTxn', 'id'],
    [28, 5, JAVA.commitOffsets, 'TxnOffsetCommit', 'id'],
    [3, 12, JAVA.metadata, 'Metadata', undefined],
    [10, 3, JAVA.findCoordinator, 'FindCoordinator', undefined],
    [11, 9, JAVA.joinGroup, 'JoinGroup', undefined],
    [12, 4, JAVA.heartbeat, 'Heartbeat', undefined],
    [18, 3, JAVA.apiVersions, 'ApiVersions', undefined],
    [1, 16, Buffer.alloc(0), 'Fetch', undefined],
    [2, 7, Buffer.alloc(0), 'ListOffsets', undefined],
    [9, 7, Buffer.alloc(0), 'OffsetFetch', undefined],
    [13, 5, Buffer.alloc(0), 'LeaveGroup', undefined],
    [14, 5, Buffer.alloc(0), 'SyncGroup', undefined],
    [23, 4, Buffer.alloc(0), 'OffsetForLeaderEpoch', undefined],
    [65, 0, Buffer.alloc(0), 'DescribeTransactions', undefined],
    [66, 0, Buffer.alloc(0), 'ListTransactions', undefined],
  ])('key %i in version %i, flexible, is told', (key, version, body, api, transactionalId) => {
    const frame = flexibleRequest(key, version, body);
    expect(requestHeader(frame)).toEqual({ ...known, api, isFlexible: true, transactionalId });
  });

  it('has no transactional id where a request carries none', () => {
    const none = [
      classicRequest(0, 7, Buffer.from('ffff', 'hex')),
      flexibleRequest(0, 12, Buffer.of(0)),
    ];
    for (const frame of none) expect(requestHeader(frame).transactionalId).toBeUndefined();
  });

  it('may have tagged fields', () => {
    // One, with tag 200 and three bytes.
    const tags = Buffer.from('01c80103aabbcc', 'hex');
    const plain = flexibleRequest(26, 5, JAVA.end);
    const at = plain.length - JAVA.end.length - 1;
    const body = Buffer.concat([plain.subarray(4, at), tags, plain.subarray(at + 1)]);
    expect(requestHeader(framed(body)).transactionalId).toBe('id');
  });
});

it('a response names its request', () => {
  for (const isFlexible of [true, false]) {
    expect(correlationIdOf(response(JAVA.ended, isFlexible))).toBe(CORRELATION_ID);
  }
});
