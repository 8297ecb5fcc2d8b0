import { describe, expect, it } from '@jest/globals';
import { correlationIdOf, FrameSplitter, requestHeader } from './kafka-frames.ts';

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

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function request(key: number, clientId: string, transactionalId: string | undefined): Buffer {
  const start = Buffer.alloc(8);
  start.writeInt16BE(key, 0);
  start.writeInt32BE(77, 4);
  return framed(Buffer.concat([start, nullable(clientId), nullable(transactionalId)]));
}

function nullable(text: string | undefined): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(text === undefined ? -1 : text.length);
  return Buffer.concat([length, Buffer.from(text ?? '')]);
}
