import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  coordinatorLoads,
  correlationIdOf,
  FrameSplitter,
  notCoordinator,
  producedTopic,
  produceError,
  requestHeader,
} from './kafka-frames.ts';

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
  it.each([
    [0, 'Produce', 'group.topic.3'],
    [26, 'EndTxn', 'group.topic.3'],
    [1, 'Fetch', undefined],
    [999, 'other', undefined],
  ])('key %i is %s, with the transactional id %s', (key, api, transactionalId) => {
    const frame = request(key, 'service-1', 'group.topic.3');
    expect(requestHeader(frame)).toEqual({
      api,
      correlationId: 77,
      clientId: 'service-1',
      transactionalId,
    });
    expect(correlationIdOf(framed(Buffer.from([0, 0, 0, 77])))).toBe(77);
  });

  it('has no transactional id where a request carries none', () => {
    expect(requestHeader(request(0, 'service-1', undefined)).transactionalId).toBeUndefined();
  });
});

describe('an answer in the place of the broker', () => {
  it.each([
    ['Heartbeat', 12, notCoordinator, 16],
    ['JoinGroup', 11, coordinatorLoads, 14],
  ])('to %s names its request and the error', (_api, key, answerTo, code) => {
    const answer = answerTo(request(key, 'service-1', undefined));
    expect(new FrameSplitter().push(answer)).toEqual([answer]);
    expect(correlationIdOf(answer)).toBe(77);
    expect(answer.readInt16BE(4 + 4 + 4)).toBe(code);
  });
});

describe('Produce', () => {
  const acksTimeoutAndCount = Buffer.from([0xff, 0xff, 0, 0, 0x75, 0x30, 0, 0, 0, 1]);

  it.each(['group.topic.3', undefined])('names its first topic, with transactional id %s', (id) => {
    const topics = Buffer.concat([acksTimeoutAndCount, nullable('logins')]);
    expect(producedTopic(request(0, 'service-1', id, topics))).toBe('logins');
  });

  it.each([0, 6, -1])('is answered with error code %i', (code) => {
    const answer = Buffer.alloc(4 + 4 + 2);
    answer.writeInt32BE(1, 0);
    answer.writeInt16BE(code, 8);
    const topic = Buffer.concat([Buffer.from([0, 0, 0, 77, 0, 0, 0, 1]), nullable('logins')]);
    expect(produceError(framed(Buffer.concat([topic, answer])))).toBe(code);
  });
});

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function request(
  key: number,
  clientId: string,
  transactionalId: string | undefined,
  rest = Buffer.alloc(0),
): Buffer {
  const start = Buffer.alloc(8);
  start.writeInt16BE(key, 0);
  start.writeInt32BE(77, 4);
  return framed(Buffer.concat([start, nullable(clientId), nullable(transactionalId), rest]));
}

function nullable(text: string | undefined): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(text === undefined ? -1 : text.length);
  return Buffer.concat([length, Buffer.from(text ?? '')]);
}
