import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deadLetterRecord } from './dead-letter.ts';
import { deadLetter } from '../plan/outcome.ts';
import type { ConsumedRecord, RecordHeader } from '../records/record.ts';
import { originalRecord } from './original-record.ts';
import { consumedRecord } from '../testing/arbitraries.ts';

const SOURCE = {
  topic: 'user-login',
  partition: 3,
  service: 'transformer@1.2.3',
  time: new Date(0),
};
const REFUSED = deadLetter('invalid_ip', 'decode');

/** @returns the dead letter as a reader gets it: at a place and with a time of its own */
function setAside(record: ConsumedRecord): ConsumedRecord {
  const { key, value, headers } = deadLetterRecord(record, REFUSED, SOURCE);
  return { key, value, headers, offset: '7', timestamp: '1800000000000' };
}

const RECORD: ConsumedRecord = {
  offset: '41',
  timestamp: '1734547631000',
  key: Buffer.from('key'),
  value: Buffer.from('value'),
  headers: [['trace', Buffer.from('t')]],
};

describe('originalRecord', () => {
  it('is the inverse of setting a record aside, but for the count of redrives', () => {
    fc.assert(
      fc.property(consumedRecord, (record) => {
        const { key, value, timestamp, headers = [] } = record;
        expect(originalRecord(setAside(record))).toEqual({
          reason: 'invalid_ip',
          topic: 'user-login',
          partition: 3,
          redrives: 0,
          isWhole: true,
          record: { key, value, timestamp, headers: [...headers, ['x-redrive-count', '1']] },
        });
      }),
    );
  });

  it('counts on, and keeps headers of these names that the record had before', () => {
    const own: RecordHeader[] = [
      ['x-dead-letter-reason', Buffer.from('a')],
      ['a', null],
      ['x-dead-letter-omitted-bytes', '9'],
      ['x-dead-letter-reason', 'b'],
    ];
    const headers: RecordHeader[] = [['x-redrive-count', '2'], ...own];
    const original = originalRecord(setAside({ ...RECORD, headers }));
    expect(original).toMatchObject({ redrives: 2, isWhole: true });
    expect(original?.record.headers).toEqual([...own, ['x-redrive-count', '3']]);
  });

  it('tells what is not whole from what is', () => {
    const { headers = [] } = setAside(RECORD);
    const omitted: RecordHeader = ['x-dead-letter-omitted-bytes', '9'];
    const part = { ...RECORD, value: null, headers: [...headers, omitted] };
    expect(originalRecord(part)?.isWhole).toBe(false);
    const unread = { ...setAside(RECORD), value: null, omittedBytes: 9 };
    expect(originalRecord(unread)?.isWhole).toBe(false);
  });

  it.each<[string, RecordHeader[]]>([
    ['none at all', []],
    ['those of Kafka Connect only', [['__connect.errors.topic', 'a']]],
    ['a partition that is no number', changed('x-dead-letter-partition', 'three')],
    ['no topic', changed('x-dead-letter-topic', '')],
  ])('gives up on a record whose headers are %s', (_what, headers) => {
    expect(originalRecord({ ...RECORD, headers })).toBeUndefined();
  });

  function changed(name: string, value: string): RecordHeader[] {
    const headers = [...(setAside(RECORD).headers ?? [])];
    return headers.map((header) => (header[0] === name ? [name, value] : header));
  }
});
