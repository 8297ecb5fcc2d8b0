import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { compressFrameSync } from 'lz4-napi';
import { decodeXerialSnappy, encodeXerialSnappy } from '../client/xerial-snappy.ts';
import { CODECS } from './compression.ts';
import { lz4ContentBound } from './lz4-frame.ts';

const PLAIN: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.alloc(1)],
  ['zeros', Buffer.alloc(5_000_000)],
  ['text', Buffer.from('login '.repeat(100_000))],
  ['noise', randomBytes(300_000)],
];

describe.each(PLAIN)('Of %s', (_, plain) => {
  it.each([1, 2, 3, 4])('codec %d makes what it gives back', async (number) => {
    const codec = CODECS[number];
    const compressed = await codec?.compress(plain);
    expect((await codec?.decompress(compressed ?? Buffer.alloc(0)))?.equals(plain)).toBe(true);
  });

  it('an LZ4 frame holds no more than its bound', () => {
    const bound = lz4ContentBound(compressFrameSync(plain));
    expect(bound).toBeGreaterThanOrEqual(plain.length);
    expect(bound).toBeLessThanOrEqual(Math.max(1, plain.length * 255));
  });

  it('snappy’s blocks are refused when one byte too many would come of them', () => {
    const framed = encodeXerialSnappy(plain);
    expect(decodeXerialSnappy(framed, plain.length).equals(plain)).toBe(true);
    if (plain.length === 0) return;
    expect(() => decodeXerialSnappy(framed, plain.length - 1)).toThrow(RangeError);
  });
});

describe('lz4ContentBound', () => {
  it.each([
    ['nothing', ''],
    ['other bytes', '00'.repeat(20)],
    ['a header alone', '04224d1860408200'],
  ])('is 0 of %s', (_, hex) => {
    expect(lz4ContentBound(Buffer.from(hex, 'hex'))).toBe(0);
  });

  it('passes over a content size and counts blocks whatever their checksums', () => {
    // Flags: version 1, block checksums, content size; blocks of at most 64 KiB, a stored one of 2 bytes twice.
    const block = '02000080' + 'abab' + '00000000';
    const frame = Buffer.from(`04224d1858400400000000000000ff${block}${block}00000000`, 'hex');
    expect(lz4ContentBound(frame)).toBe(2 * 2 * 255);
  });
});
