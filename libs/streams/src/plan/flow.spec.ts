import { describe, expect, it } from '@jest/globals';
import { addFlow, decodeFlow, encodeFlow, flowOf, NO_FLOW } from './flow.ts';
import type { OutgoingRecord } from '../records/record.ts';

const record: OutgoingRecord = { key: null, value: null, timestamp: '0' };

describe('flow counts', () => {
  it('add up what plans do', () => {
    const plan = {
      outputs: [record, record],
      sources: Uint32Array.of(0, 1),
      dropped: 3,
      deadLetters: [record],
      deadLetterSources: [5],
      nextOffset: 6n,
      reasons: new Map([['null_value', 1]]),
    };
    expect(addFlow(addFlow(NO_FLOW, flowOf(plan)), flowOf(plan))).toEqual({
      emitted: 4,
      dropped: 6,
      deadLettered: 2,
      uncounted: 0,
    });
  });

  it('come back from the metadata they were written to', () => {
    const counts = { ...NO_FLOW, emitted: 9_007_199_254_740_991, deadLettered: 17 };
    expect(decodeFlow(encodeFlow(counts), 0n)).toEqual(counts);
    expect(encodeFlow(counts)).toBe('emitted=9007199254740991 dropped=0 dead-lettered=17');
  });

  it.each([null, '', 'set-by-operator', 'emitted=1 dropped=-1 dead-lettered=0'])(
    'begin anew at the committed offset where the metadata is %j, and say so from then on',
    (metadata) => {
      const begun = decodeFlow(metadata, 4712n);
      expect(begun).toEqual({ ...NO_FLOW, uncounted: 4712 });
      const later = encodeFlow(addFlow(begun, { ...NO_FLOW, emitted: 3 }));
      expect(later).toBe('emitted=3 dropped=0 dead-lettered=0 uncounted=4712');
      expect(decodeFlow(later, 4715n)).toEqual({ ...NO_FLOW, emitted: 3, uncounted: 4712 });
    },
  );
});
