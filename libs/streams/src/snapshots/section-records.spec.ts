import { describe, expect, it } from '@jest/globals';
import type { ConsumedRecord, OutgoingRecord } from '../records/record.ts';
import { BATCH_OVERHEAD, recordBytes } from '../records/record-size.ts';
import { format1Record } from '../testing/format-1.ts';
import {
  eraseRecord,
  headRecord,
  isSectionName,
  maxSnapshotBytes,
  readPart,
  sectionRecord,
} from './section-records.ts';
import { SnapshotsUnreadableError } from './snapshot.ts';

const INPUT = 'processed';
const OF = { input: INPUT, partition: 3, set: 'abcdefghijkl' };
const LOG = { topicId: '00112233445566778899aabbccddeeff', leaderEpoch: 7 };
const TOLD = { changesTopicId: 'ffeeddccbbaa99887766554433221100' };
const STATE = { value: Buffer.from('state'), nextOffset: 42n };
const HEAD = {
  ...LOG,
  ...TOLD,
  nextOffset: 42n,
  sections: new Map([
    ['counts', 42n],
    ['__proto__', 9n],
    ['7', 0n],
  ]),
};

function stored(record: OutgoingRecord): ConsumedRecord {
  return { ...record, offset: '5' };
}

describe('The records of a snapshot', () => {
  it('give back what they keep, and of which partition and set', () => {
    const { partition, set } = OF;
    const section = readPart(stored(sectionRecord(OF, 'counts', STATE, 1)), INPUT);
    expect(section).toEqual({ kind: 'section', partition, set, section: 'counts', ...STATE });
    const head = readPart(stored(headRecord(OF, HEAD, 1_000)), INPUT);
    expect(head).toMatchObject({ kind: 'head', partition, set, writtenMs: 1_000, ...LOG, ...TOLD });
    expect(head).toMatchObject({ nextOffset: 42n });
    expect(head?.kind === 'head' && new Map(head.sections)).toEqual(HEAD.sections);
    const erased = readPart(stored(eraseRecord(OF, 'counts', 1)), INPUT);
    expect(erased).toEqual({ kind: 'erased', partition, set, section: 'counts' });
  });

  it('of an earlier release are one, which may not say of which topic it is', () => {
    const { topicId } = LOG;
    const written = { kind: 'whole', partition: 3, writtenMs: 1_000, ...STATE };
    const record = format1Record(INPUT, 3, { ...STATE, topicId }, 1_000);
    expect(readPart(stored(record), INPUT)).toEqual({ ...written, topicId, leaderEpoch: 0 });
    const older = format1Record(INPUT, 3, STATE, 1_000);
    const unknown = { topicId: undefined, leaderEpoch: -1 };
    expect(readPart(stored(older), INPUT)).toEqual({ ...written, ...unknown });
  });

  const section = sectionRecord(OF, 'counts', STATE, 1);
  const whole = format1Record(INPUT, 3, STATE, 1);
  it.each([
    ['of another topic', { ...section, key: Buffer.from(`other-3/${OF.set}/counts`) }],
    ['of a topic whose name goes on', { ...section, key: Buffer.from(`${INPUT}-eu-3/x/counts`) }],
    ['with more in its key', { ...section, key: Buffer.from(`${INPUT}-3/x/counts/more`) }],
    ['without key', { ...section, key: null }],
    ['without next offset', { ...section, headers: [] }],
    ['whose next offset is none', { ...section, headers: [['next-offset', 'x']] as const }],
    ['of an earlier release, without value', { ...whole, value: null }],
    ['of an earlier release, without next offset', { ...whole, headers: [] }],
  ])('%s is none', (_, record) => {
    expect(readPart(stored(record), INPUT)).toBeUndefined();
  });

  it('that are too large to be read, or of a later release, are not passed over', () => {
    const large = { ...stored(section), value: null, omittedBytes: 9 };
    expect(() => readPart(large, INPUT)).toThrow(SnapshotsUnreadableError);
    for (const value of ['{"format":3,"sections":{}}', '{"format":2,"sections":{"a":1}}', 'no']) {
      const head = { ...stored(headRecord(OF, HEAD, 1)), value: Buffer.from(value) };
      const part = readPart(head, INPUT);
      expect(() => part?.kind === 'head' && part.sections).toThrow(/later release/);
    }
  });

  it('fit into their topic, however large a section is allowed to be', () => {
    const takes = 10_000;
    const value = Buffer.alloc(maxSnapshotBytes({ topic: INPUT, partitions: 9 }, takes));
    const name = 'x'.repeat(64);
    expect(isSectionName(name)).toBe(true);
    const largest = { value, nextOffset: 2n ** 63n - 1n };
    const record = sectionRecord({ ...OF, partition: 8 }, name, largest, Date.now());
    expect(BATCH_OVERHEAD + recordBytes(record)).toBe(takes);
  });

  it.each(['', 'x'.repeat(65), 'a/b', 'a b', 'é'])('have no name %j', (name) => {
    expect(isSectionName(name)).toBe(false);
  });
});
