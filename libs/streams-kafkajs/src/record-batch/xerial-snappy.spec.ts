import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compressSync } from 'snappy';
import { decodeXerialSnappy, encodeXerialSnappy } from './xerial-snappy.ts';

const HEADER_HEX = '82534e41505059000000000100000001';
const BLOCK = 32 * 1024;

/** @returns the compressed length of each block */
function blockLengths(framed: Buffer): number[] {
  const lengths: number[] = [];
  for (let position = 16; position < framed.length; position += 4 + (lengths.at(-1) ?? 0)) {
    lengths.push(framed.readInt32BE(position));
  }
  return lengths;
}

describe('encodeXerialSnappy', () => {
  it('begins with the header of snappy-java', () => {
    expect(encodeXerialSnappy(Buffer.from('login')).subarray(0, 16).toString('hex')).toBe(
      HEADER_HEX,
    );
  });

  it.each([
    [0, 0],
    [1, 1],
    [BLOCK, 1],
    [BLOCK + 1, 2],
    [10 * BLOCK, 10],
  ])('cuts %d bytes into %d blocks', (size, blocks) => {
    expect(blockLengths(encodeXerialSnappy(Buffer.alloc(size, 'login')))).toHaveLength(blocks);
  });
});

describe('decodeXerialSnappy', () => {
  it('gives back what was encoded, over block limits too', () => {
    const anyBytes = fc.uint8Array({ maxLength: 3_000 });
    const repeat = fc.constantFrom(1, 30, 100);
    fc.assert(
      fc.property(anyBytes, repeat, (bytes, times) => {
        const plain = Buffer.concat(new Array<Uint8Array>(times).fill(bytes));
        expect(decodeXerialSnappy(encodeXerialSnappy(plain)).equals(plain)).toBe(true);
      }),
    );
  });

  it('reads one bare block, as clients that are not of the Java family write it', () => {
    const plain = Buffer.alloc(100_000, 'login');
    expect(decodeXerialSnappy(compressSync(plain)).equals(plain)).toBe(true);
  });

  it('reads blocks of any size, as other writers cut them', () => {
    const block = compressSync(Buffer.alloc(200_000, 'login'));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    const framed = Buffer.concat([Buffer.from(HEADER_HEX, 'hex'), length, block]);
    expect(decodeXerialSnappy(framed)).toHaveLength(200_000);
  });

  it('refuses whatever is cut off, wherever, and never gives a part of it', () => {
    const framed = encodeXerialSnappy(Buffer.alloc(2 * BLOCK + 100, 'login'));
    const whole = new Set([16]);
    for (const length of blockLengths(framed)) whole.add(Math.max(...whole) + 4 + length);
    for (let end = 0; end < framed.length; end += 1) {
      if (whole.has(end)) continue;
      expect(() => decodeXerialSnappy(framed.subarray(0, end))).toThrow();
    }
  });

  it('names a block that is cut off, and one of a negative length', () => {
    const framed = encodeXerialSnappy(Buffer.from('login'));
    const cutOff = new RangeError('a snappy block is cut off');
    expect(() => decodeXerialSnappy(framed.subarray(0, -1))).toThrow(cutOff);
    framed.writeInt32BE(-4, 16);
    expect(() => decodeXerialSnappy(framed)).toThrow(cutOff);
  });

  it('refuses damaged content', () => {
    const framed = encodeXerialSnappy(Buffer.alloc(1_000, 'login'));
    framed.fill(0xff, 20);
    expect(() => decodeXerialSnappy(framed)).toThrow();
  });
});
