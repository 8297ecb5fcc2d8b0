import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeadLetterSource } from './dead-letter.ts';
import { deadLetterRecord } from './dead-letter.ts';
import { addedHeaders, splitHeaders } from './headers.ts';
import { deadLetter } from '../plan/outcome.ts';
import type { ConsumedRecord, EncodedHeaders, RecordHeader } from '../records/record.ts';
import { consumedRecord } from '../testing/arbitraries.ts';

const SOURCE: DeadLetterSource = {
  topic: 'user-login',
  partition: 3,
  service: 'transformer@1.2.3',
  time: new Date('2026-11-23T12:00:00.000Z'),
};
const REFUSED = deadLetter('invalid_ip', 'decode');

/** The contract, name by name: tools and runbooks outside of this repository read these. */
const ADDED = Object.entries({
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
});

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

  it('keeps the headers that the record has, in their order, in front of its own', () => {
    const headers: RecordHeader[] = [
      ['b', '1'],
      ['a', Buffer.from('2')],
      ['b', null],
      ['10', ''],
      ['x-dead-letter-reason', 'of its sender'],
    ];
    const dead = deadLetterRecord(record({ headers }), REFUSED, SOURCE);
    expect(dead.headers).toEqual([...headers, ...ADDED]);
  });

  it('tells the whole history of a record that failed twice', () => {
    const first = deadLetterRecord(record(), REFUSED, SOURCE);
    const refusal = deadLetter('invalid_json', 'decode');
    const again = deadLetterRecord({ ...first, offset: '5' }, refusal, SOURCE);
    const reasons = [...(again.headers ?? [])].filter(([name]) => name === 'x-dead-letter-reason');
    expect(reasons.map(([, value]) => value)).toEqual(['invalid_ip', 'invalid_json']);
  });

  it('hands on the very bytes of key and value, at the time of the failure', () => {
    const input = record();
    const dead = deadLetterRecord(input, REFUSED, SOURCE);
    expect(dead.key).toBe(input.key);
    expect(dead.value).toBe(input.value);
    expect(dead.timestamp).toBe(SOURCE.time.getTime());
  });

  it('takes records without key or value', () => {
    const dead = deadLetterRecord(record({ key: null, value: null }), REFUSED, SOURCE);
    expect([dead.key, dead.value]).toEqual([null, null]);
  });

  it('copies nothing of key or value into a header', () => {
    const { headers } = deadLetterRecord(record(), REFUSED, SOURCE);
    expect(JSON.stringify(headers)).not.toMatch(/424cdd21|canary/);
  });

  it('does not decode the headers that came: there may be a million', () => {
    const came: EncodedHeaders = {
      encoded: Buffer.of(0),
      [Symbol.iterator]: () => {
        throw new Error('decoded');
      },
    };
    const { headers = [] } = deadLetterRecord(record({ headers: came }), REFUSED, SOURCE);
    expect(headers).toMatchObject({ came, added: ADDED });
    expect(addedHeaders(headers)).toEqual(ADDED);
  });

  it('leaves the record as it came, whatever its headers', () => {
    fc.assert(
      fc.property(consumedRecord, (input) => {
        const before = structuredClone(input);
        deadLetterRecord(input, REFUSED, SOURCE);
        expect(structuredClone(input)).toEqual(before);
      }),
    );
  });
});

describe('splitHeaders', () => {
  it('gives back the record’s headers and what was added, whatever the record had', () => {
    fc.assert(
      fc.property(consumedRecord, (input) => {
        const { headers = [] } = deadLetterRecord(input, REFUSED, SOURCE);
        const added = ADDED.map(([name]) => [name, expect.any(String)]);
        const split = splitHeaders(headers);
        expect(split).toEqual({ own: [...(input.headers ?? [])], added });
      }),
    );
  });

  it('leaves to the record what was added since', () => {
    expect(splitHeaders([['a', '1'], ...ADDED, ['traceparent', '2']])).toEqual({
      own: [
        ['a', '1'],
        ['traceparent', '2'],
      ],
      added: ADDED,
    });
  });
});
