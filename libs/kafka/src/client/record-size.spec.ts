import type { OutgoingRecord, RecordHeader } from '@login-pipeline/streams';
import { BATCH_OVERHEAD, recordBytes } from '@login-pipeline/streams';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

interface Encoder {
  readonly buffer: Buffer;
}

interface EncodableRecord extends Pick<OutgoingRecord, 'key' | 'value'> {
  readonly headers: Readonly<Record<string, string | Buffer | (string | Buffer)[]>>;
  readonly offsetDelta: number;
  readonly timestampDelta: bigint;
}

const require = createRequire(import.meta.url);
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (
  record: EncodableRecord,
) => Encoder;
const { RecordBatch: encodeBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: { readonly records: readonly Encoder[] }) => Promise<Encoder>;
};

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const headerValue = fc.oneof(bytes, fc.string({ unit: 'binary' }));
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(fc.oneof(bytes, fc.constant(Buffer.alloc(200_000)))),
  headers: fc.dictionary(
    fc.string({ unit: 'binary' }),
    fc.oneof(headerValue, fc.array(headerValue, { maxLength: 3 })),
    { maxKeys: 5 },
  ),
  timestamp: fc.constant('0'),
});
const place = fc.record({
  offsetDelta: fc.nat(),
  // What the client can encode: the varlong of a difference of two epoch times.
  timestampDelta: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
});

describe('recordBytes', () => {
  it('is never less than what the client makes of the record', () => {
    fc.assert(
      fc.property(record, place, (outgoing, where) => {
        const encoded = encodeRecord({ ...outgoing, ...where }).buffer.length;
        const headers = Object.entries(outgoing.headers).flatMap(([name, values]) =>
          [values].flat().map((value): RecordHeader => [name, value]),
        );
        expect(recordBytes({ ...outgoing, headers })).toBeGreaterThanOrEqual(encoded);
      }),
    );
  });

  it('is at most 36 bytes, and 10 for each header, more: the limit is used', () => {
    const small = encodeRecord({
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      headers: { h: 'x' },
      offsetDelta: 0,
      timestampDelta: 0n,
    }).buffer.length;
    const headers: RecordHeader[] = [['h', 'x']];
    const outgoing = { key: Buffer.from('k'), value: Buffer.from('v'), headers };
    expect(recordBytes({ ...outgoing, timestamp: '0' }) - small).toBeLessThanOrEqual(46);
  });
});

describe('BATCH_OVERHEAD', () => {
  it('is what the client puts around the records', async () => {
    expect((await encodeBatch({ records: [] })).buffer.length).toBe(BATCH_OVERHEAD);
  });
});
