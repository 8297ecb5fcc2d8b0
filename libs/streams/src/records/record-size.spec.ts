import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withHeaders } from './headers.ts';
import type { EncodedHeaders, OutgoingRecord } from './record.ts';
import { BATCH_OVERHEAD, recordBytes, splitBySize } from './record-size.ts';
import { outgoingRecord } from '../testing/arbitraries.ts';

function record(valueBytes: number, rest: Partial<OutgoingRecord> = {}): OutgoingRecord {
  return { key: null, value: Buffer.alloc(valueBytes), timestamp: '0', ...rest };
}

function encoded(bytes: number): EncodedHeaders {
  return Object.assign([], { encoded: Buffer.alloc(bytes) });
}

const batchBytes = (records: readonly OutgoingRecord[]) =>
  records.reduce((sum, one) => sum + recordBytes(one), BATCH_OVERHEAD);

describe('recordBytes', () => {
  it.each<[string, OutgoingRecord, number]>([
    ['nothing', record(0, { value: null }), 36],
    ['key and value', record(10, { key: Buffer.alloc(5) }), 51],
    ['a header, its name and value in UTF-8', record(0, { headers: [['é', '📱']] }), 52],
    ['a header of bytes', record(0, { headers: [['ab', Buffer.alloc(3)]] }), 51],
    [
      'every value of a header',
      record(0, {
        headers: [
          ['a', '1'],
          ['a', '22'],
        ],
      }),
      61,
    ],
    ['a header without a value', record(0, { headers: [['a', null]] }), 47],
    ['headers that are bytes already', record(0, { headers: encoded(7) }), 43],
    ['others behind these', record(0, { headers: withHeaders(encoded(7), [['ab', 'c']]) }), 56],
  ])('counts %s', (_, one, bytes) => {
    expect(recordBytes(one)).toBe(bytes);
  });
});

describe('splitBySize', () => {
  it.each([
    { sizes: [], maxBytes: 1_000, maxRecords: 10, runs: [] },
    { sizes: [1, 2, 3], maxBytes: 1_000, maxRecords: 10, runs: [[1, 2, 3]] },
    { sizes: [1, 2, 3], maxBytes: 1_000, maxRecords: 3, runs: [[1, 2, 3]] },
    { sizes: [1, 2, 3], maxBytes: 1_000, maxRecords: 2, runs: [[1, 2], [3]] },
    { sizes: [1, 2, 3], maxBytes: 1_000, maxRecords: 1, runs: [[1], [2], [3]] },
    // 61 for the batch, 36 for each record: 100 + 100 fit into 333, not into 332.
    { sizes: [100, 100, 100], maxBytes: 333, maxRecords: 10, runs: [[100, 100], [100]] },
    { sizes: [100, 100, 100], maxBytes: 332, maxRecords: 10, runs: [[100], [100], [100]] },
    { sizes: [1, 236, 1], maxBytes: 333, maxRecords: 10, runs: [[1], [236], [1]] },
  ])('cuts $sizes at $maxBytes bytes and $maxRecords records', ({ sizes, runs, ...limits }) => {
    const cut = [
      ...splitBySize(
        sizes.map((size) => record(size)),
        limits,
      ),
    ];
    expect(cut.map((run) => run.map(({ value }) => value?.length))).toEqual(runs);
  });

  it('gives a record over the limit a run of its own', () => {
    const limits = { maxBytes: 333, maxRecords: 10 };
    const sizes = [1, 237, 5_000, 1];
    const runs = [
      ...splitBySize(
        sizes.map((size) => record(size)),
        limits,
      ),
    ];
    expect(runs.map((run) => run.map(({ value }) => value?.length))).toEqual([
      [1],
      [237],
      [5_000],
      [1],
    ]);
  });

  it('gives all records in order, in runs within both limits that take as many as they can', () => {
    const limit = fc.record({
      maxBytes: fc.integer({ min: 600, max: 3_000 }),
      maxRecords: fc.integer({ min: 1, max: 8 }),
    });
    const records = fc.array(
      outgoingRecord.filter((one) => recordBytes(one) <= 500),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(records, limit, (all, { maxBytes, maxRecords }) => {
        const runs = [...splitBySize(all, { maxBytes, maxRecords })];
        expect(runs.flat()).toEqual(all);
        for (const [index, run] of runs.entries()) {
          expect(run.length).toBeGreaterThan(0);
          expect(run.length).toBeLessThanOrEqual(maxRecords);
          expect(batchBytes(run)).toBeLessThanOrEqual(maxBytes);
          const next = runs[index + 1]?.slice(0, 1);
          if (next === undefined || run.length === maxRecords) continue;
          expect(batchBytes([...run, ...next])).toBeGreaterThan(maxBytes);
        }
      }),
    );
  });
});
