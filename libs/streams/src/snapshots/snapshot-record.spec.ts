import { describe, expect, it } from '@jest/globals';
import type { ConsumedRecord, OutgoingRecord } from '../records/record.ts';
import { BATCH_OVERHEAD, recordBytes } from '../records/record-size.ts';
import {
  maxSnapshotBytes,
  readSnapshot,
  snapshotRecord,
  SnapshotsUnreadableError,
} from './snapshot-record.ts';

const INPUT = 'processed';
const SNAPSHOT = {
  value: Buffer.from('state'),
  nextOffset: 42n,
  topicId: '00112233445566778899aabbccddeeff',
  leaderEpoch: 7,
};

function stored(record: OutgoingRecord): ConsumedRecord {
  return { ...record, offset: '5' };
}

describe('The record of a snapshot', () => {
  it('gives back what was kept, and of which partition', () => {
    const record = stored(snapshotRecord(INPUT, 3, SNAPSHOT, 1_000));
    const read = { partition: 3, snapshot: { ...SNAPSHOT, writtenMs: 1_000 } };
    expect(readSnapshot(record, INPUT)).toEqual(read);
  });

  it('of an earlier release does not say of which topic it is', () => {
    const log = { topicId: undefined, leaderEpoch: -1 };
    const { headers } = snapshotRecord(INPUT, 3, { ...SNAPSHOT, ...log }, 1_000);
    expect(headers).toEqual([['next-offset', '42']]);
    const read = readSnapshot({ ...stored(snapshotRecord(INPUT, 3, SNAPSHOT, 1)), headers }, INPUT);
    expect(read?.snapshot).toMatchObject({ nextOffset: 42n, ...log });
  });

  it.each([
    ['of another topic', { key: Buffer.from('other-3') }],
    ['of a topic whose name goes on', { key: Buffer.from(`${INPUT}-eu-3`) }],
    ['without key', { key: null }],
    ['without value', { value: null }],
    ['without next offset', { headers: [] }],
    ['whose next offset is none', { headers: [['next-offset', 'x']] as const }],
  ])('%s is none', (_, part) => {
    const record = { ...stored(snapshotRecord(INPUT, 3, SNAPSHOT, 1_000)), ...part };
    expect(readSnapshot(record, INPUT)).toBeUndefined();
  });

  it('that is too large to be read is not passed over', () => {
    const record = { ...stored(snapshotRecord(INPUT, 3, SNAPSHOT, 1_000)), value: null };
    expect(() => readSnapshot({ ...record, omittedBytes: 9 }, INPUT)).toThrow(
      SnapshotsUnreadableError,
    );
  });

  it('fits into its topic, however large it is allowed to be', () => {
    const takes = 10_000;
    const value = Buffer.alloc(maxSnapshotBytes({ topic: INPUT, partitions: 9 }, takes));
    const record = snapshotRecord(INPUT, 8, { ...SNAPSHOT, value }, Date.now());
    expect(BATCH_OVERHEAD + recordBytes(record)).toBeLessThanOrEqual(takes);
  });
});
