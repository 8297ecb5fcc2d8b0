import { BATCH_OVERHEAD, recordBytes } from '@login-pipeline/streams';
import type { OutgoingRecord, RecordHeader } from '@login-pipeline/streams';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeBatch } from './index.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const header = fc.tuple(fc.string({ unit: 'binary' }), bytes);
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(fc.oneof(bytes, fc.constant(Buffer.alloc(200_000)))),
  headers: fc.array(header, { maxLength: 5 }),
  timestamp: fc.constant('0'),
});

describe('recordBytes', () => {
  it('is never less than what the record adds to a batch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), async (records) => {
        const counted = records.map(recordBytes).reduce((sum, one) => sum + one, BATCH_OVERHEAD);
        expect(counted).toBeGreaterThanOrEqual((await writeBatch(records, 0)).length);
      }),
    );
  });

  it('is at most 36 bytes, and 10 for each header, more: the limit is used', async () => {
    const headers: RecordHeader[] = [['h', 'x']];
    const outgoing: OutgoingRecord = {
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      headers,
      timestamp: '0',
    };
    const encoded = (await writeBatch([outgoing], 0)).length - BATCH_OVERHEAD;
    expect(recordBytes(outgoing) - encoded).toBeLessThanOrEqual(46);
  });
});
