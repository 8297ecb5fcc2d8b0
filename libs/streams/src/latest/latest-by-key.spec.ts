import { describe, expect, it } from '@jest/globals';
import type { LatestRecord } from '../plan/plan.ts';
import type { ConsumedRecord } from '../records/record.ts';
import { LatestByKey } from './latest-by-key.ts';

const NOW = 1_734_547_631_000;
const HOUR = 3_600_000;

function record(key: string, time: number, value: string): LatestRecord {
  return { key, time, value: Buffer.from(value), timestamp: String(NOW), source: 3 };
}

function kept(key: string, time: number): ConsumedRecord {
  return {
    ...{ offset: '0', timestamp: String(NOW), key: Buffer.from(key), value: Buffer.from('kept') },
    headers: [['time', Buffer.from(String(time))]],
  };
}

function taken(latest: LatestByKey, ...records: LatestRecord[]): readonly string[] {
  const outputs = latest.take(records, NOW);
  latest.committed();
  return outputs.map(({ value }) => String(value));
}

describe('LatestByKey', () => {
  it('writes of each key the newest, of equal times the last', () => {
    const latest = new LatestByKey('time');
    const records = [record('a', 2, 'a2'), record('b', 1, 'b1'), record('a', 1, 'a1')];
    expect(taken(latest, ...records, record('a', 2, 'again'))).toEqual(['again', 'b1']);
  });

  it('writes nothing that is older than what is known', () => {
    const latest = new LatestByKey('time');
    taken(latest, record('a', 5, 'a5'));
    expect(taken(latest, record('a', 4, 'a4'))).toEqual([]);
    expect(taken(latest, record('a', 5, 'same time'), record('b', 0, 'b0'))).toEqual([
      'same time',
      'b0',
    ]);
  });

  it('does not know what it took until that is committed', () => {
    const latest = new LatestByKey('time');
    latest.take([record('a', 5, 'refused')], NOW);
    expect(taken(latest, record('a', 4, 'a4'))).toEqual(['a4']);
    expect(taken(latest, record('a', 3, 'a3'))).toEqual([]);
  });

  it('keys its records, and repeats their time', () => {
    const [written] = new LatestByKey('time').take([record('a', 7, 'a7')], NOW);
    expect(written).toEqual({
      key: Buffer.from('a'),
      value: Buffer.from('a7'),
      headers: [['time', '7']],
      timestamp: '1734547631000',
      source: 3,
    });
  });

  it.each([
    ['the year 2100', Date.UTC(2100)],
    ['microseconds', NOW * 1_000],
    ['more than an hour ahead', NOW + HOUR + 1],
  ])('neither writes nor remembers what cannot have happened yet: %s', (_name, time) => {
    const latest = new LatestByKey('time');
    const wild = record('a', time, 'wild');
    const untimed = { ...wild, timestamp: '-1' };
    const wilder = { ...wild, timestamp: String(time) };
    expect(taken(latest, wild, untimed, wilder)).toEqual([]);
    expect(taken(latest, record('a', NOW - HOUR, 'a'))).toEqual(['a']);
  });

  it('is not held back by a record that cannot have happened yet, written by an earlier release', () => {
    const latest = new LatestByKey('time');
    latest.note(kept('a', Date.UTC(2100)), NOW);
    latest.note(kept('b', NOW + HOUR), NOW);
    expect(taken(latest, record('a', NOW, 'a'), record('b', NOW, 'b'))).toEqual(['a']);
  });

  it('forgets a key by its tombstone', () => {
    const latest = new LatestByKey('time');
    for (const key of ['a', 'b']) latest.note(kept(key, 5), NOW);
    latest.note({ ...kept('a', 0), value: null }, NOW);
    expect(taken(latest, record('a', 4, 'a'), record('b', 4, 'b'))).toEqual(['a']);
  });
});
