import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeadLetterSource } from './dead-letter.ts';
import { deadLetterRecord } from './dead-letter.ts';
import { deadLetter } from './outcome.ts';
import type { ConsumedRecord } from './record.ts';
import { consumedRecord } from './testing/arbitraries.ts';

const SOURCE: DeadLetterSource = {
  topic: 'user-login',
  partition: 3,
  service: 'transformer@1.2.3',
  time: '2026-11-23T12:00:00.000Z',
};
const REFUSED = deadLetter('invalid_ip', 'decode');

/** The contract, name by name: tools and runbooks outside of this repository read these. */
const ADDED = {
  'x-dead-letter-reason': 'invalid_ip',
  'x-dead-letter-stage': 'decode',
  'x-dead-letter-topic': 'user-login',
  'x-dead-letter-partition': '3',
  'x-dead-letter-offset': '9007199254740993',
  'x-dead-letter-timestamp': '1734547631000',
  'x-dead-letter-time': '2026-11-23T12:00:00.000Z',
  'x-dead-letter-service': 'transformer@1.2.3',
  '__connect.errors.topic': 'user-login',
  '__connect.errors.partition': '3',
  '__connect.errors.offset': '9007199254740993',
  '__connect.errors.stage': 'decode',
  '__connect.errors.class.name': 'transformer@1.2.3',
  '__connect.errors.exception.class.name': 'InvalidRecord',
  '__connect.errors.exception.message': 'invalid_ip',
};

function record(rest: Partial<ConsumedRecord> = {}): ConsumedRecord {
  return {
    // Beyond 2 ** 53: offsets are int64.
    offset: '9007199254740993',
    timestamp: '1734547631000',
    key: Buffer.from('424cdd21-063a-43a7-b91b-7ca1a833afae'),
    value: Buffer.from('{"ip":"canary-ip"}'),
    ...rest,
  };
}

describe('deadLetterRecord', () => {
  it('adds exactly the headers of the contract', () => {
    expect(deadLetterRecord(record(), REFUSED, SOURCE).headers).toEqual(ADDED);
  });

  it('keeps the headers the record has, in front of its own', () => {
    const headers = { trace: Buffer.from('t-1'), several: ['a', Buffer.from('b')] };
    const dead = deadLetterRecord(record({ headers }), REFUSED, SOURCE);
    expect(dead.headers).toEqual({ ...headers, ...ADDED });
    expect(Object.keys(dead.headers ?? {})).toEqual([
      ...Object.keys(headers),
      ...Object.keys(ADDED),
    ]);
  });

  it.each<[string, string | readonly string[], readonly string[]]>([
    ['one value', 'invalid_json', ['invalid_json', 'invalid_ip']],
    ['two values', ['a', 'b'], ['a', 'b', 'invalid_ip']],
    ['an empty list', [], ['invalid_ip']],
  ])('appends to a header of the same name with %s', (_, before, after) => {
    const headers = { 'x-dead-letter-reason': before };
    const dead = deadLetterRecord(record({ headers }), REFUSED, SOURCE);
    expect(dead.headers?.['x-dead-letter-reason']).toEqual(after);
  });

  it('tells the whole history of a record that failed, was redriven and failed again', () => {
    const first = deadLetterRecord(record(), REFUSED, SOURCE);
    const again = deadLetterRecord(
      { ...first, offset: '5' },
      deadLetter('invalid_json', 'decode'),
      { ...SOURCE, time: '2026-11-24T00:00:00.000Z' },
    );
    expect(again.headers).toMatchObject({
      'x-dead-letter-reason': ['invalid_ip', 'invalid_json'],
      'x-dead-letter-offset': ['9007199254740993', '5'],
      'x-dead-letter-time': ['2026-11-23T12:00:00.000Z', '2026-11-24T00:00:00.000Z'],
    });
  });

  it('hands on the very bytes of key and value, and the timestamp', () => {
    const input = record();
    const dead = deadLetterRecord(input, REFUSED, SOURCE);
    expect(dead.key).toBe(input.key);
    expect(dead.value).toBe(input.value);
    expect(dead.timestamp).toBe('1734547631000');
  });

  it('takes records without key or value', () => {
    const dead = deadLetterRecord(record({ key: null, value: null }), REFUSED, SOURCE);
    expect([dead.key, dead.value]).toEqual([null, null]);
  });

  it('copies nothing of key or value into a header', () => {
    const { headers } = deadLetterRecord(record(), REFUSED, SOURCE);
    expect(JSON.stringify(headers)).not.toMatch(/424cdd21|canary/);
  });

  it('leaves the record as it came, whatever its headers', () => {
    fc.assert(
      fc.property(consumedRecord, (input) => {
        const before = structuredClone(input);
        const { headers = {} } = deadLetterRecord(input, REFUSED, SOURCE);
        expect(structuredClone(input)).toEqual(before);
        for (const [name, value] of Object.entries(input.headers ?? {})) {
          expect(Object.hasOwn(headers, name)).toBe(true);
          if (!Object.hasOwn(ADDED, name)) expect(headers[name]).toBe(value);
        }
      }),
    );
  });
});
