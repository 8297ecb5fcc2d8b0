import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { lastHeader } from '../records/headers.ts';
import { BATCH_OVERHEAD, recordBytes } from '../records/record-size.ts';
import type { OutgoingRecord, RecordHeader } from '../records/record.ts';
import { fitDeadLetter } from './fit-dead-letter.ts';
import { DEAD_LETTER_HEADERS } from './headers.ts';

const OMITTED_HEADER = DEAD_LETTER_HEADERS.omittedBytes;
const LIMIT = 100_000;
const KEY = Buffer.from('a key');
const OWN: readonly RecordHeader[] = [
  ['x-dead-letter-reason', 'invalid_json'],
  ['__connect.errors.offset', '7'],
];

function deadLetter(parts: Partial<OutgoingRecord>): OutgoingRecord {
  return { key: KEY, value: null, headers: OWN, timestamp: '0', ...parts };
}

describe('fitDeadLetter', () => {
  it.each<[string, Buffer | null]>([
    ['no value', null],
    ['a value with room to spare', randomBytes(1_000)],
    ['a value that just fits', randomBytes(LIMIT - BATCH_OVERHEAD - recordBytes(deadLetter({})))],
    ['a value that fits when it is compressed', Buffer.alloc(10 * LIMIT, 'login')],
  ])('leaves %s as it is', (_, value) => {
    const record = deadLetter({ value });
    expect(fitDeadLetter(record, LIMIT)).toBe(record);
  });

  it('leaves out a value that does not fit, and says how much that is', () => {
    const fitted = fitDeadLetter(deadLetter({ value: randomBytes(LIMIT) }), LIMIT);
    expect(fitted).toEqual(deadLetter({ headers: [...OWN, [OMITTED_HEADER, String(LIMIT)]] }));
  });

  it('leaves out everything but its own headers when the others alone are too large', () => {
    const source = randomBytes(LIMIT);
    const before: RecordHeader[] = [
      ['source', source],
      ['x-dead-letter-reason', 'an earlier one'],
    ];
    const fitted = fitDeadLetter(deadLetter({ headers: [...before, ...OWN] }), LIMIT);
    const omitted = lastHeader(fitted.headers ?? [], OMITTED_HEADER);
    expect(fitted).toMatchObject({ key: null, value: null });
    expect(fitted.headers).toEqual([...OWN, [OMITTED_HEADER, omitted]]);
    expect(Number(omitted)).toBeGreaterThan(LIMIT);
    expect(recordBytes(fitted)).toBeLessThan(1_000);
  });

  it('leaves out more each time that its topic refuses it, though it should fit', () => {
    const record = deadLetter({
      value: Buffer.from('value'),
      headers: [['source', 'own'], ...OWN],
    });
    const fitted = [0, 1, 2].map((refusals) => fitDeadLetter(record, LIMIT, refusals));
    expect(fitted[0]).toBe(record);
    expect(fitted[1]).toMatchObject({ key: KEY, value: null });
    expect(fitted[1]?.headers).toEqual([...(record.headers ?? []), [OMITTED_HEADER, '5']]);
    expect(fitted[2]).toMatchObject({ key: null, value: null });
    expect(fitted[2]?.headers).toEqual([...OWN, [OMITTED_HEADER, expect.any(String)]]);
  });
});
