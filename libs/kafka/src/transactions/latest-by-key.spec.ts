import { describe, expect, it } from '@jest/globals';
import type { LatestRecord } from '@login-pipeline/pipeline';
import { LatestByKey } from './latest-by-key.ts';

function record(key: string, time: number, value: string): LatestRecord {
  return { key, time, value: Buffer.from(value), timestamp: '1734547631000', source: 3 };
}

const taken = (latest: LatestByKey, ...records: LatestRecord[]): readonly string[] =>
  latest.take(records).map(({ value }) => String(value));

describe('LatestByKey', () => {
  it('writes of each key the newest, of equal times the last', () => {
    const latest = new LatestByKey();
    const records = [record('a', 2, 'a2'), record('b', 1, 'b1'), record('a', 1, 'a1')];
    expect(taken(latest, ...records, record('a', 2, 'again'))).toEqual(['again', 'b1']);
  });

  it('writes nothing that is older than what is known', () => {
    const latest = new LatestByKey();
    taken(latest, record('a', 5, 'a5'));
    expect(taken(latest, record('a', 4, 'a4'))).toEqual([]);
    expect(taken(latest, record('a', 5, 'same time'), record('b', 0, 'b0'))).toEqual([
      'same time',
      'b0',
    ]);
  });

  it('keys its records, and repeats their time', () => {
    const [written] = new LatestByKey().take([record('a', 7, 'a7')]);
    expect(written).toEqual({
      key: Buffer.from('a'),
      value: Buffer.from('a7'),
      headers: [['x-login-time', '7']],
      timestamp: '1734547631000',
      source: 3,
    });
  });
});
