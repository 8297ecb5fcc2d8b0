import { describe, expect, it } from '@jest/globals';
import { GroupOffsets } from './group-offsets.ts';

const at = (offset: bigint) => [
  { topic: 't', partition: 0, offset, leaderEpoch: -1, metadata: '' },
];
const place = [{ topic: 't', partition: 0 }];
const stored = (offsets: GroupOffsets, requireStable = false) =>
  offsets.fetch('g', place, requireStable)[0];

describe('GroupOffsets', () => {
  it('keeps an offset of a transaction to itself until its marker is there', () => {
    const offsets = new GroupOffsets();
    offsets.storePending(0, 7, 'g', at(5n), 0);
    expect(stored(offsets)).toMatchObject({ error: 'NONE', offset: -1n });
    expect(stored(offsets, true)).toMatchObject({ error: 'UNSTABLE_OFFSET_COMMIT', offset: -1n });
    offsets.end(0, 7, true);
    expect(stored(offsets, true)).toMatchObject({ error: 'NONE', offset: 5n });
  });

  it('drops an aborted offset', () => {
    const offsets = new GroupOffsets();
    offsets.store('g', at(1n), 0);
    offsets.storePending(0, 7, 'g', at(5n), 1);
    offsets.end(0, 7, false);
    expect(stored(offsets, true)).toMatchObject({ error: 'NONE', offset: 1n });
  });

  it('goes by the place in the log, not by the order of markers', () => {
    const offsets = new GroupOffsets();
    offsets.storePending(0, 7, 'g', at(5n), 0);
    offsets.storePending(0, 8, 'g', at(9n), 1);
    offsets.end(0, 8, true);
    offsets.end(0, 7, true);
    expect(stored(offsets)?.offset).toBe(9n);
    offsets.storePending(0, 7, 'g', at(3n), 2);
    offsets.store('g', at(20n), 3);
    offsets.end(0, 7, true);
    expect(stored(offsets)?.offset).toBe(20n);
  });
});
