import { describe, expect, it } from '@jest/globals';
import { addFlow, decodeFlow, encodeFlow, flowOf, NO_FLOW } from './flow.ts';
import type { OutgoingRecord } from './record.ts';

const record: OutgoingRecord = { key: null, value: null, timestamp: '0' };

describe('flow counts', () => {
  it('add up what plans do', () => {
    const plan = {
      outputs: [record, record],
      sources: Uint32Array.of(0, 1),
      dropped: 3,
      deadLetters: [record],
      nextOffset: 6n,
      reasons: new Map([['null_value', 1]]),
    };
    expect(addFlow(addFlow(NO_FLOW, flowOf(plan)), flowOf(plan))).toEqual({
      emitted: 4,
      dropped: 6,
      deadLettered: 2,
    });
  });

  it('come back from the metadata they were written to', () => {
    const counts = { emitted: 9_007_199_254_740_991, dropped: 0, deadLettered: 17 };
    expect(decodeFlow(encodeFlow(counts))).toEqual(counts);
    expect(encodeFlow(counts)).toBe('emitted=9007199254740991 dropped=0 dead-lettered=17');
  });

  it.each([null, '', 'set by an operator', 'emitted=1 dropped=-1 dead-lettered=0'])(
    'start from zero where the metadata is %j',
    (metadata) => {
      expect(decodeFlow(metadata)).toEqual(NO_FLOW);
    },
  );
});
