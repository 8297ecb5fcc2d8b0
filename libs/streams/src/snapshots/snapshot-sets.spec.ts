import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '../records/record.ts';
import { format1Record } from '../testing/format-1.ts';
import { eraseRecord, headRecord, sectionRecord } from './section-records.ts';
import { SnapshotSets } from './snapshot-sets.ts';
import type { Settled } from './snapshot-sets.ts';
import { WHOLE } from './snapshot.ts';

const INPUT = 'processed';
const LOG = {
  topicId: '00112233445566778899aabbccddeeff',
  leaderEpoch: 7,
  changesTopicId: undefined,
};

describe('What the topic of snapshots says', () => {
  let sets: SnapshotSets;
  let offset: number;

  beforeEach(() => {
    sets = new SnapshotSets(INPUT);
    offset = 0;
  });

  const of = (set: string) => ({ input: INPUT, partition: 0, set });
  const take = (...records: readonly OutgoingRecord[]): Settled => {
    for (const record of records) sets.take(0, { ...record, offset: String(offset++) });
    return sets.settle();
  };
  const section = (
    set: string,
    name: string,
    nextOffset: bigint,
    value = `${name} ${nextOffset}`,
  ) => sectionRecord(of(set), name, { value: Buffer.from(value), nextOffset }, 1);
  const head = (set: string, nextOffset: bigint, sections: Readonly<Record<string, bigint>>) =>
    headRecord(of(set), { ...LOG, nextOffset, sections: new Map(Object.entries(sections)) }, 5);
  const erase = (set: string, name: string) => eraseRecord(of(set), name, 1);
  const texts = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...(sets.found(0)?.sections ?? [])].map(([name, value]) => [name, String(value)]),
    );

  it('is a snapshot when all sections are there that the head lists', () => {
    expect(take(section('one', 'a', 3n), section('one', 'b', 3n)).newer.size).toBe(0);
    const { newer, torn } = take(head('one', 3n, { a: 3n, b: 3n }));
    expect(newer.get(0)).toMatchObject({ nextOffset: 3n, writtenMs: 5, missing: [], ...LOG });
    expect(torn).toEqual([]);
    expect(texts()).toEqual({ a: 'a 3', b: 'b 3' });
  });

  it('is the same object for a section as long as that is the same, in another set, too', () => {
    take(
      section('one', 'a', 3n, 'as it was'),
      section('one', 'b', 3n),
      head('one', 3n, { a: 3n, b: 3n }),
    );
    const a = sets.found(0)?.sections.get('a');
    take(section('one', 'b', 4n), head('one', 4n, { a: 3n, b: 4n }));
    expect(sets.found(0)?.sections.get('a')).toBe(a);
    take(section('two', 'a', 5n, 'as it was'), head('two', 5n, { a: 5n }));
    expect(sets.found(0)?.sections.get('a')).toBe(a);
    expect(texts()).toEqual({ a: 'as it was' });
  });

  it('keeps no view on what was fetched', () => {
    const value = Buffer.from('before');
    take({ ...section('one', 'a', 3n), value }, head('one', 3n, { a: 3n }));
    const whole = format1Record(INPUT, 1, { value, nextOffset: 3n }, 1);
    take(whole);
    value.fill('x');
    expect(texts()).toEqual({ a: 'before' });
    expect(String(sets.found(1)?.sections.get(WHOLE))).toBe('before');
  });

  it('is the highest next offset; of two the one that came first', () => {
    take(section('one', 'a', 3n), head('one', 3n, { a: 3n }));
    const { newer } = take(section('two', 'a', 3n, 'late'), head('two', 3n, { a: 3n }));
    expect(newer.size).toBe(0);
    expect(
      take(format1Record(INPUT, 0, { value: Buffer.from('old'), nextOffset: 2n }, 1)).newer.size,
    ).toBe(0);
    expect(texts()).toEqual({ a: 'a 3' });
    take(format1Record(INPUT, 0, { value: Buffer.from('gone back'), nextOffset: 4n }, 1));
    expect(texts()).toEqual({ [WHOLE]: 'gone back' });
  });

  it('is no mixture: an owner that was frozen and the next one keep apart', () => {
    take(section('one', 'a', 3n), section('one', 'b', 3n), head('one', 3n, { a: 3n, b: 3n }));
    take(section('two', 'a', 5n), section('two', 'b', 5n), head('two', 5n, { a: 5n, b: 5n }));
    take(section('one', 'a', 4n), head('one', 4n, { a: 4n, b: 3n }));
    expect(texts()).toEqual({ a: 'a 5', b: 'b 5' });
  });

  it('is what is left only where nothing whole is, and names what is lost', () => {
    const { torn } = take(section('one', 'a', 3n), head('one', 4n, { a: 3n, b: 4n }));
    expect(torn).toEqual([{ partition: 0, set: 'one', nextOffset: 4n }]);
    expect(sets.found(0)).toMatchObject({ nextOffset: 4n, missing: ['b'] });
    expect([...sets.unsettled]).toEqual([[0, 2]]);
    take(section('two', 'a', 2n), head('two', 2n, { a: 2n }));
    expect(sets.found(0)).toMatchObject({ nextOffset: 2n, missing: [] });
    expect([...sets.unsettled]).toEqual([[0, 4]]);
  });

  it('has lost nothing while the head is yet to come that goes with a section', () => {
    take(section('one', 'a', 3n), head('one', 3n, { a: 3n }));
    expect(take(section('one', 'a', 4n)).torn).toEqual([]);
    expect(texts()).toEqual({ a: 'a 3' });
  });

  it('tells which sets were erased, also where their owner went on', () => {
    take(section('one', 'a', 3n), section('one', 'b', 3n), head('one', 3n, { a: 3n, b: 3n }));
    const { torn } = take(
      erase('one', ''),
      erase('one', 'b'),
      section('one', 'a', 4n),
      head('one', 4n, { a: 4n, b: 3n }),
    );
    expect(torn).toEqual([
      { partition: 0, set: 'one', nextOffset: undefined },
      { partition: 0, set: 'one', nextOffset: 4n },
    ]);
    expect(sets.found(0)?.nextOffset).toBe(3n);
    expect([...sets.recordsOf(0, new Set(['one']))]).toEqual([
      { set: 'one', section: '', place: 0, offset: '6' },
      { set: 'one', section: 'a', place: 0, offset: '5' },
    ]);
    take(erase('one', ''), erase('one', 'a'));
    expect(sets.setsOf(0)).toEqual(new Set());
  });

  it('is nothing any more when there is another topic', () => {
    take(section('one', 'a', 3n), head('one', 3n, { a: 3n }));
    sets.clear();
    expect([sets.found(0), [...sets.partitions]]).toEqual([undefined, []]);
  });
});
