import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foreignServer, wholeFrames } from './frames.ts';

/** @returns bytes with their size before them, as a broker sends them */
function framed(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** Has a socket's read bring these bytes: into the buffer that all reads share. */
function gathering(): {
  readonly got: Buffer[];
  readonly foreign: string[];
  /** @returns whether more is to be read */
  readonly read: (bytes: Uint8Array) => boolean;
} {
  const got: Buffer[] = [];
  const foreign: string[] = [];
  const option = wholeFrames(
    (response) => got.push(response),
    (start) => foreign.push(start.toString('hex')),
  );
  const buffer = option.buffer as Buffer;
  return {
    got,
    foreign,
    read: (bytes) => {
      buffer.set(bytes);
      const isMoreWanted = option.callback(bytes.length, buffer);
      // The next read of any connection overwrites it.
      buffer.fill(0xee, 0, bytes.length);
      return isMoreWanted;
    },
  };
}

describe('wholeFrames', () => {
  it('gives every response once and whole, however it is cut on the way', () => {
    const body = fc.uint8Array({ minLength: 4, maxLength: 9_000 });
    const responses = fc.array(body, { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(responses, cuts, (bodies, places) => {
        const sent = bodies.map(framed);
        const stream = Buffer.concat(sent);
        const ends = places.map((place) => Math.floor(place * stream.length)).sort((a, b) => a - b);
        const { got, read } = gathering();
        let start = 0;
        for (const end of [...ends, stream.length]) {
          if (end > start) expect(read(stream.subarray(start, end))).toBe(true);
          start = end;
        }
        expect(got.map((response) => response.toString('hex'))).toEqual(
          bodies.map((body) => Buffer.from(body).toString('hex')),
        );
      }),
    );
  });

  it('keeps connections apart', () => {
    const [one, other] = [gathering(), gathering()];
    const [first, second] = [framed(Buffer.from('first')), framed(Buffer.from('second'))];
    one.read(first.subarray(0, 6));
    other.read(second.subarray(0, 3));
    one.read(first.subarray(6));
    other.read(second.subarray(3));
    expect([one.got, other.got].map(String)).toEqual(['first', 'second']);
  });

  it.each([-(2 ** 31), -1, 0, 3, 2 ** 28 + 1, 2 ** 31 - 1])(
    'takes nothing after a size of %i, which is no response’s',
    (size) => {
      const { got, foreign, read } = gathering();
      const [whole, header] = [framed(Buffer.from('whole')), Buffer.alloc(4)];
      header.writeInt32BE(size);
      expect(read(Buffer.concat([whole, header, whole]))).toBe(false);
      expect(got.map(String)).toEqual(['whole']);
      expect(foreign).toEqual([header.toString('hex')]);
    },
  );
});

describe('foreignServer', () => {
  it.each([
    ['HTTP', 'what listens there speaks HTTP: it is no Kafka broker'],
    ['\x15\x03\x03\x00', 'what listens there speaks TLS'],
    ['SSH-', 'what listens there does not speak as a Kafka broker does'],
    ['\xff\xff\xff\xff', 'what listens there does not speak as a Kafka broker does'],
    ['\0\0\0\x02', 'what listens there does not speak as a Kafka broker does'],
  ])('tells what a server is that begins with %j', (start, told) => {
    expect(foreignServer(Buffer.from(start, 'latin1')).message).toBe(told);
  });
});
