import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FetchedRecord, RecordHeader } from '@login-pipeline/streams';
import { withHeaders } from '@login-pipeline/streams';
import type { WritableRecord } from './index.ts';
import { writeBatch } from './index.ts';
import { readableRecord } from './testing/arbitraries.ts';
import { fetch } from './testing/fetch.ts';

/** @returns the record's parts, made from its getters */
function partsOf({ key, value, timestamp, headers }: FetchedRecord): WritableRecord {
  return { key, value, timestamp: String(timestamp), headers: [...(headers ?? [])] };
}

describe('A record batch', () => {
  it('gives back every record that was written to it, at the next offset each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(readableRecord, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 4 }),
        async (records, codec) => {
          const { records: read } = await fetch(await writeBatch(records, codec));
          // Jest compares buffers byte by byte, which takes seconds here.
          expect(isDeepStrictEqual(Array.from(read, partsOf), records)).toBe(true);
          expect(Array.from(read, ({ offset }) => Number(offset))).toEqual([...records.keys()]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([0, 1, 2, 3, 4])('takes 2,000 records with codec %d', async (codec) => {
    const records = Array.from({ length: 2_000 }, (_, index) => ({
      key: Buffer.from(`user-${index}`),
      value: Buffer.alloc(index % 700, 'login'),
      timestamp: String(1_700_000_000_000 + index * 1_000),
      headers: [],
    }));
    const { records: read } = await fetch(await writeBatch(records, codec));
    expect(isDeepStrictEqual(Array.from(read, partsOf), records)).toBe(true);
  });

  it('takes texts for bytes, and its own time for none', async () => {
    const before = Date.now();
    const written = await writeBatch([{ key: 'é', value: '📱', headers: [['name', 'ü']] }], 0);
    const record = (await fetch(written)).records.at(0);
    expect(record).toMatchObject({ key: Buffer.from('é'), value: Buffer.from('📱') });
    expect([...(record?.headers ?? [])]).toEqual([[Buffer.from('name'), Buffer.from('ü')]]);
    expect(Number(record?.timestamp)).toBeGreaterThanOrEqual(before);
    expect(Number(record?.timestamp)).toBeLessThanOrEqual(Date.now());
  });

  it('keeps the bytes of headers that are passed on, whatever the names', async () => {
    const headers: RecordHeader[] = [
      ['b', '1'],
      ['10', null],
      [Buffer.from([0xff, 0xfe]), ''],
      ['', '2'],
      ['b', '3'],
    ];
    const first = await writeBatch([{ value: 'a', headers, timestamp: 1 }], 0);
    const passed = (await fetch(first)).records.at(0);
    const second = await writeBatch([{ value: 'a', headers: passed?.headers, timestamp: 1 }], 0);
    expect(second.equals(first)).toBe(true);
  });

  it.each([0, 3, 200])(
    'writes %d headers that came, and others behind them, as one list',
    async (count) => {
      const came = Array.from({ length: count }, (_, index): RecordHeader => [`h${index}`, null]);
      const added: RecordHeader[] = [
        ['reason', 'ü'],
        ['none', null],
      ];
      const first = await writeBatch(
        [{ value: 'a', headers: [...came, ['x', '']], timestamp: 1 }],
        0,
      );
      const passed = (await fetch(first)).records.at(0)?.headers;
      const headers = withHeaders(withHeaders(passed, added), added);
      const listed = [...came, ['x', ''] as const, ...added, ...added];
      const value = 'a';
      expect(
        (await writeBatch([{ value, headers, timestamp: 1 }], 0)).equals(
          await writeBatch([{ value, headers: listed, timestamp: 1 }], 0),
        ),
      ).toBe(true);
      expect(Array.from(headers, ([name]) => String(name))).toEqual(
        listed.map(([name]) => String(name)),
      );
    },
  );

  it.each(['soon', '1.5'])('refuses the timestamp %p', async (timestamp) => {
    await expect(writeBatch([{ value: 'x', timestamp }], 0)).rejects.toThrow(SyntaxError);
  });
});
