import { describe, expect, it } from '@jest/globals';
import { crc32c, encodeBatch, scanBatches, stampBatch } from './record-batch.ts';
import type { AbortedTransaction } from './record-batch.ts';

const PRODUCER_ID_AT = 43;
const ATTRIBUTES_AT = 21;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

function batch(
  values: readonly string[],
  { baseOffset = 0, producerId = -1, attributes = 0 } = {},
): Buffer {
  const encoded = stampBatch(
    encodeBatch(
      values.map((value, index) => ({
        key: Buffer.from(`key of ${value}`),
        value: Buffer.from(value),
        timestampDelta: index * 3_000_000_000,
      })),
    ),
    1_700_000_000_000,
  );
  encoded.writeBigInt64BE(BigInt(baseOffset), 0);
  encoded.writeBigInt64BE(BigInt(producerId), PRODUCER_ID_AT);
  encoded.writeInt16BE(attributes, ATTRIBUTES_AT);
  return encoded;
}

function valuesIn(bytes: Buffer, from = 0, aborted: readonly AbortedTransaction[] = []) {
  const values: string[] = [];
  const scan = scanBatches(bytes, from, aborted, ({ value }) => {
    values.push(value.toString());
  });
  return { values, ...scan };
}

it('computes the check value of CRC-32C', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

describe('scanBatches', () => {
  it('finds what was encoded, with timestamps beyond 32 bits of difference', () => {
    const found: [string, string, number][] = [];
    scanBatches(batch(['a', 'bb']), 0, [], ({ key, value, timestamp }) => {
      found.push([key.toString(), value.toString(), timestamp]);
    });
    expect(found).toEqual([
      ['key of a', 'a', 1_700_000_000_000],
      ['key of bb', 'bb', 1_703_000_000_000],
    ]);
  });

  it('passes over records before the position', () => {
    const bytes = batch(['a', 'b', 'c'], { baseOffset: 10 });
    expect(valuesIn(bytes, 11)).toEqual({ values: ['b', 'c'], nextOffset: 13, records: 2 });
  });

  it('leaves a batch that is cut off for the next fetch', () => {
    const whole = batch(['a']);
    const torn = Buffer.concat([whole, batch(['b'], { baseOffset: 1 }).subarray(0, -1)]);
    expect(valuesIn(torn)).toEqual({ values: ['a'], nextOffset: 1, records: 1 });
  });

  it('leaves out aborted transactions, up to their marker, and no others', () => {
    const own = { producerId: 7, attributes: TRANSACTIONAL };
    const marker = { ...own, attributes: TRANSACTIONAL | CONTROL };
    const bytes = Buffer.concat([
      batch(['aborted'], { ...own, baseOffset: 0 }),
      batch(['other'], { ...own, producerId: 8, baseOffset: 1 }),
      batch(['marker'], { ...marker, baseOffset: 2 }),
      batch(['committed'], { ...own, baseOffset: 3 }),
    ]);
    expect(valuesIn(bytes, 0, [{ producerId: 7, firstOffset: 0 }])).toEqual({
      values: ['other', 'committed'],
      nextOffset: 4,
      records: 2,
    });
  });

  it('takes the count alone of a compressed batch', () => {
    expect(valuesIn(batch(['a', 'b'], { attributes: 1 }))).toEqual({
      values: [],
      nextOffset: 2,
      records: 2,
    });
  });
});
