import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CODECS } from '../codecs.ts';
import type { CodecName } from '../codecs.ts';
import { decodeBatches, encodeBatch } from './record-batch.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.tuple(bytes, fc.option(bytes)), { maxLength: 4 }),
  timestamp: fc.bigInt({ min: -1n, max: 2n ** 62n }),
});
const codec = fc.constantFrom<CodecName | undefined>(
  undefined,
  ...(Object.keys(CODECS) as CodecName[]),
);

describe('record batches of the black-box tests', () => {
  it('come back as they were written, two in a row and without what is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), codec, async (all, by) => {
        const batch = await encodeBatch(all, by);
        const cut = batch.subarray(0, -1);
        const read = await decodeBatches(Buffer.concat([batch, batch, cut]));
        const expected = all.map((it, offset) => ({ ...it, offset }));
        expect(read.map(({ records }) => records)).toEqual([expected, expected]);
      }),
      { numRuns: 200 },
    );
  });
});
