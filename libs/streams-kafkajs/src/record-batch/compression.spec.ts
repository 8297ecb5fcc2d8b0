import { randomBytes } from 'node:crypto';
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { decodeXerialSnappy, encodeXerialSnappy, xerialSnappyBlocks } from './xerial-snappy.ts';
import { CODECS } from './compression.ts';
import { decodeLz4Blocks, lz4Frame } from './lz4-frame.ts';
import { inTinyBlocks } from './testing/tiny-blocks.ts';

/** What LZ4 has as a block; streams give less. */
const LARGEST_PART = 4 * 1024 * 1024;

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
    expect(
      (await codec?.decompress(compressed ?? Buffer.alloc(0), plain.length))?.equals(plain),
    ).toBe(true);
  });

  it.each([1, 2, 3, 4])('codec %d gives back the same bit by bit', async (number) => {
    const codec = CODECS[number];
    if (codec === undefined) throw new RangeError('no codec');
    const parts: Buffer[] = [];
    for await (const part of codec.parts(await codec.compress(plain))) parts.push(part);
    expect(Buffer.concat(parts).equals(plain)).toBe(true);
    expect(parts.filter(({ length }) => length > LARGEST_PART)).toEqual([]);
  });

  it('an LZ4 frame holds no more than its bound', () => {
    const { bound, bytes } = lz4Frame(compressFrameSync(plain));
    expect(bound).toBeGreaterThanOrEqual(plain.length);
    expect(bound).toBeLessThanOrEqual(Math.max(1, bytes.length * 255));
  });

  it('snappy’s blocks are refused when one byte too many would come of them', () => {
    const framed = encodeXerialSnappy(plain);
    expect(decodeXerialSnappy(framed, plain.length).equals(plain)).toBe(true);
    if (plain.length === 0) return;
    expect(() => decodeXerialSnappy(framed, plain.length - 1)).toThrow(RangeError);
  });
});

describe.each(PLAIN.filter(([, { length }]) => length > 1))('Of %s', (_, plain) => {
  it.each([1, 2, 3, 4])(
    'codec %d gives nothing when one byte too many would come',
    async (number) => {
      const codec = CODECS[number];
      const compressed = (await codec?.compress(plain)) ?? Buffer.alloc(0);
      await expect(codec?.decompress(compressed, plain.length - 1)).rejects.toThrow();
    },
  );
});

describe('zstd', () => {
  const frame = (text: string): Buffer => zstdCompressSync(Buffer.from(text));
  const skippable = Buffer.from('5a2a4d180300000061626300', 'hex').subarray(0, 11);
  const whole = async (bytes: Buffer): Promise<string> =>
    String(await CODECS[4]?.decompress(bytes, 1_000_000));
  const bitByBit = async (bytes: Buffer): Promise<string> => {
    const parts: Buffer[] = [];
    for await (const part of CODECS[4]?.parts(bytes) ?? []) parts.push(part);
    return String(Buffer.concat(parts));
  };

  it.each([
    ['one after another', [frame('one '), frame('two')]],
    [
      'some of which are to be skipped',
      [skippable, frame('one '), skippable, frame('two'), skippable],
    ],
    ['one of which is empty', [frame('one '), frame(''), frame('two')]],
  ])('is frames, %s', async (_, frames) => {
    expect(await whole(Buffer.concat(frames))).toBe('one two');
    expect(await bitByBit(Buffer.concat(frames))).toBe('one two');
  });

  it.each([
    ['other bytes behind a frame', Buffer.concat([frame('one'), Buffer.from('garbage')])],
    ['a frame that is cut off', frame('one').subarray(0, -3)],
    [
      'a frame to be skipped that is cut off',
      Buffer.concat([frame('one'), skippable.subarray(0, 6)]),
    ],
  ])('is damaged with %s', async (_, bytes) => {
    await expect(whole(bytes)).rejects.toThrow();
    await expect(bitByBit(bytes)).rejects.toThrow();
  });

  it('has a window of as much as its header says, if as much can come out', async () => {
    const compressed = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 25 } });
    // Its size is not known at the start.
    compressed.write(randomBytes(2_000));
    compressed.end(randomBytes(2_000));
    const chunks: Buffer[] = [];
    for await (const chunk of compressed as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(CODECS[4]?.windowBytes?.(Buffer.concat(chunks))).toBe(2 ** 25);
  });
});

describe('lz4Frame', () => {
  it.each([
    ['nothing', '', 'no LZ4 frame'],
    ['other bytes', '00'.repeat(20), 'no LZ4 frame'],
    ['a header alone', '04224d1860408200', 'cut off'],
    ['a block that does not end', '04224d1860408200ff000000ab', 'cut off'],
    ['a block over the size of the frame', '04224d18404082000100018000', 'larger than its frame'],
    ['a frame of the older format, which has no bound', '02214c1802000000abab', 'no LZ4 frame'],
    ['a frame to be skipped', '502a4d1802000000abab', 'no LZ4 frame'],
  ])('refuses %s', (_, hex, told) => {
    expect(() => lz4Frame(Buffer.from(hex, 'hex'))).toThrow(told);
  });

  it('passes over a content size and counts blocks whatever their checksums', () => {
    // Flags: version 1, block checksums, content size; blocks of at most 64 KiB, a stored one of 2 bytes twice.
    const block = '02000080' + 'abab' + '00000000';
    const hex = `04224d1858400400000000000000ff${block}${block}00000000`;
    const { bound, bytes, blocks } = lz4Frame(Buffer.from(`${hex}dead`, 'hex'));
    expect(bound).toBe(2 * 2);
    expect(bytes.toString('hex')).toBe(hex);
    expect([...blocks]).toHaveLength(2);
    const plain = Buffer.concat([...decodeLz4Blocks(lz4Frame(Buffer.from(hex, 'hex')))]);
    expect(plain.toString('hex')).toBe('abababab');
  });
});

describe.each([2, 3])('A batch made of tiny blocks, codec %d,', (number) => {
  const plain = randomBytes(3_000);
  const codec = CODECS[number];
  if (codec === undefined) throw new RangeError('no codec');
  const compressed = inTinyBlocks(plain, number);

  it('takes no more memory than what comes out of it', async () => {
    const memory = new Set<ArrayBufferLike>();
    const parts: Buffer[] = [];
    for await (const part of codec.parts(compressed)) {
      parts.push(part);
      memory.add(part.buffer);
    }
    expect(Buffer.concat(parts).equals(plain)).toBe(true);
    const held = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
    // Node gives small buffers out of a pool that they share.
    expect(held).toBeLessThanOrEqual(Math.max(8 * 1024, Buffer.poolSize));
    expect(parts).toHaveLength(1);
  });

  it('comes out at once as well', async () => {
    expect((await codec.decompress(compressed, plain.length)).equals(plain)).toBe(true);
    await expect(codec.decompress(compressed, plain.length - 1)).rejects.toThrow();
  });
});

describe('what claims to be large', () => {
  it('is not believed: a snappy block of 5 bytes that would be 60 MB', () => {
    const lie = Buffer.from('8080e61c00', 'hex');
    expect(() => [...xerialSnappyBlocks(lie, Infinity)]).toThrow('lies about its size');
  });
});

describe('any bytes', () => {
  /** Repetitions near and far, short and long, and noise between them. */
  const bytes = fc
    .array(
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 900 })),
      { maxLength: 40 },
    )
    .map((runs) =>
      Buffer.concat(runs.flatMap(([run, times]) => new Array<Uint8Array>(times).fill(run))),
    );

  it('come out of a large block as the library gives them', () => {
    fc.assert(
      fc.property(bytes, (plain) => {
        const [snappy = Buffer.alloc(0)] = xerialSnappyBlocks(compressSync(plain), plain.length);
        expect(snappy.equals(plain)).toBe(true);
        const lz4 = [...decodeLz4Blocks(lz4Frame(compressFrameSync(plain)))];
        expect(Buffer.concat(lz4).equals(plain)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('that are damaged are refused, or give no more than is stated', () => {
    const change = fc.tuple(fc.nat({ max: 2_000 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(bytes, fc.array(change, { minLength: 1, maxLength: 5 }), (plain, changes) => {
        for (const compressed of [compressSync(plain), compressFrameSync(plain)]) {
          for (const [at, byte] of changes) if (at < compressed.length) compressed[at] = byte;
          try {
            const [snappy] = xerialSnappyBlocks(compressed, 1_000_000);
            expect(snappy?.length).toBeLessThanOrEqual(22 * compressed.length);
            const frame = lz4Frame(compressed);
            const parts = [...decodeLz4Blocks(frame)].reduce((sum, { length }) => sum + length, 0);
            expect(parts).toBeLessThanOrEqual(frame.bound);
          } catch (error) {
            expect(String(error)).toMatch(/RangeError|ERR_OUT_OF_RANGE|ERR_BUFFER_OUT_OF_BOUNDS/);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
