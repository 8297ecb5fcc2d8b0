import { randomBytes } from 'node:crypto';
import { constants, createZstdCompress } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Piece, ReadLimits } from '@login-pipeline/streams';
import { ReadMemory, readLimits } from '@login-pipeline/streams';
import { writeBatch } from './index.ts';
import { FIELD } from './batch-format.ts';
import { at, batchOf, forged } from './testing/batches.ts';
import { fetched, piecesOf } from './testing/fetch.ts';
import { inTinyBlocks } from './testing/tiny-blocks.ts';

const CODECS = [0, 1, 2, 3, 4];
/** Copying all that is unread for every block would take longer, even on a fast machine. */
const SLOW_MS = 30_000;
const SMALL: ReadLimits = {
  pieceBytes: 1_000_000,
  pieceRecords: 100,
  valueBytes: 300_000,
  keyBytes: 1_000,
  headersBytes: 1_000,
  batchBytes: 20_000_000,
};

async function read(bytes: Buffer, limits = SMALL, fetchedOffset = 0): Promise<Piece[]> {
  const pieces: Piece[] = [];
  const batch = fetched(bytes, { fetchedOffset });
  for await (const piece of piecesOf(batch, limits)) pieces.push(piece);
  return pieces;
}

describe('pieces', () => {
  it('take small batches together, and end where the fetch does', async () => {
    const bytes = Buffer.concat([await batchOf(0, ['a', 'b']), await batchOf(2, ['c'])]);
    const pieces = await read(bytes, readLimits());
    expect(
      pieces.map(({ from, nextOffset, records }) => [from, nextOffset, records.length]),
    ).toEqual([[0, 3, 3]]);
  });

  it.each(CODECS)('are many of a batch of many records, codec %d', async (codec) => {
    const records = Array.from({ length: 950 }, (_, index) => ({
      value: Buffer.alloc(5_000, `login ${index} `),
      timestamp: '1',
    }));
    const pieces = await read(at(7, await writeBatch(records, codec)), SMALL, 17);
    expect(pieces.length).toBeGreaterThan(9);
    expect(Math.max(...pieces.map((piece) => piece.records.length))).toBeLessThanOrEqual(100);
    const offsets = pieces.flatMap((piece) => Array.from(piece.records, ({ offset }) => offset));
    expect(offsets).toEqual(Array.from({ length: 940 }, (_, index) => String(17 + index)));
    expect(pieces.map(({ from }) => from)).toEqual([
      17,
      ...pieces.slice(0, -1).map(({ nextOffset }) => nextOffset),
    ]);
    expect(pieces.at(-1)?.nextOffset).toBe(957);
  });

  it.each(CODECS)(
    'leave out what is too large to be read, and keep its neighbours, codec %d',
    async (codec) => {
      const headers = [['trace', 'id']] as const;
      // With the bytes around it: the headers' count, and the lengths of name and value.
      const wide = [['w', Buffer.alloc(1_999_993)]] as const;
      const records = [
        { key: 'before', value: 'a', timestamp: '1' },
        { key: 'large', value: Buffer.alloc(9_000_000, ' '), headers, timestamp: '2' },
        { key: Buffer.alloc(8_000_000), value: 'v', headers, timestamp: '3' },
        { key: 'wide', value: 'v', headers: wide, timestamp: '4' },
        { key: 'after', value: 'b', timestamp: '5' },
      ];
      const pieces = await read(await writeBatch(records, codec));
      const seen = pieces.flatMap((piece) => [...piece.records]);
      expect(
        seen.map(({ key, value, omittedBytes, offset, timestamp }) => [
          key && String(key),
          value && String(value),
          omittedBytes,
          offset,
          Number(timestamp),
        ]),
      ).toEqual([
        ['before', 'a', undefined, '0', 1],
        ['large', null, 9_000_000, '1', 2],
        [null, null, 8_000_001, '2', 3],
        ['wide', null, 2_000_001, '3', 4],
        ['after', 'b', undefined, '4', 5],
      ]);
      expect([...(seen[1]?.headers ?? [])]).toEqual([[Buffer.from('trace'), Buffer.from('id')]]);
    },
  );

  it('of large batches take turns with those of other partitions', async () => {
    const value = Buffer.alloc(100_000, 'login ');
    const large = await writeBatch(
      Array.from({ length: 20 }, () => ({ value, timestamp: '1' })),
      1,
    );
    const bytes = Buffer.concat([large, at(20, Buffer.from(large)), at(40, Buffer.from(large))]);
    const memory = new ReadMemory(2 * SMALL.pieceBytes);
    const order: number[] = [];
    const readers = [0, 1].map(async (reader) => {
      for await (const { records } of piecesOf(fetched(bytes), SMALL, memory)) {
        if (records.length > 0 && order.at(-1) !== reader) order.push(reader);
      }
    });
    await Promise.all(readers);
    expect(order).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('of what takes a large window are had by one reader at a time', async () => {
    const plain = await writeBatch([{ value: randomBytes(200_000), timestamp: '1' }], 0);
    const params = { [constants.ZSTD_c_windowLog]: 24 };
    const compressed = createZstdCompress({ params });
    compressed.write(plain.subarray(FIELD.records, 1_000));
    compressed.end(plain.subarray(1_000));
    const frame: Buffer[] = [];
    for await (const part of compressed as AsyncIterable<Buffer>) frame.push(part);
    const bytes = forged(Buffer.concat([plain.subarray(0, FIELD.records), ...frame]), (batch) => {
      batch.writeInt32BE(batch.length - FIELD.length - 4, FIELD.length);
      batch.writeInt16BE(4, FIELD.attributes);
    });
    const memory = new ReadMemory(16 * SMALL.pieceBytes);
    let readers = 0;
    let most = 0;
    const read = async (): Promise<void> => {
      for await (const { records } of piecesOf(fetched(bytes), SMALL, memory)) {
        readers += 1;
        most = Math.max(most, readers);
        await new Promise(setImmediate);
        readers -= 1;
        expect(records.length).toBeLessThanOrEqual(1);
      }
    };
    await Promise.all([read(), read(), read()]);
    expect(most).toBe(1);
  });

  it.each([2, 3])(
    'put a record together once, however small the blocks, codec %d',
    async (codec) => {
      const value = Buffer.alloc(900_000, 'login ');
      const plain = await writeBatch([{ value, timestamp: '1' }], 0);
      const records = inTinyBlocks(plain.subarray(FIELD.records), codec);
      const batch = forged(Buffer.concat([plain.subarray(0, FIELD.records), records]), (bytes) => {
        bytes.writeInt32BE(bytes.length - FIELD.length - 4, FIELD.length);
        bytes.writeInt16BE(codec, FIELD.attributes);
      });
      const pieces = await read(batch, { ...SMALL, pieceBytes: 500_000, valueBytes: 1_000_000 });
      const seen = pieces.flatMap((piece) => [...piece.records]);
      expect(seen.map((record) => record.value?.equals(value))).toEqual([true]);
    },
    SLOW_MS,
  );

  it.each([1, 2, 3, 4])('end with an error where a batch is too much, codec %d', async (codec) => {
    const value = Buffer.alloc(21_000_000, ' ');
    const bytes = await writeBatch([{ value, timestamp: '1' }], codec);
    await expect(read(Buffer.concat([await batchOf(0, ['a']), at(1, bytes)]))).rejects.toThrow(
      'it holds more than 20000000 bytes',
    );
  });
});
