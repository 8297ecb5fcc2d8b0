import { describe, expect, it } from '@jest/globals';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol.ts';

describe('The consumer protocol', () => {
  it('gives a subscription back as it was', () => {
    const subscription = {
      topics: ['logins', 'größer'],
      userData: 'an instance',
      owned: [{ topic: 'logins', partitions: [0, 7] }],
      generation: 12,
    };
    expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
  });

  it('reads a subscription of version 0, as old clients write it: it owns nothing', () => {
    const bytes = Buffer.from('0000000000010006' + '6c6f67696e73' + 'ffffffff', 'hex');
    expect(decodeSubscription(bytes)).toEqual({
      topics: ['logins'],
      userData: '',
      owned: [],
      generation: -1,
    });
  });

  it('gives an assignment back as it was, and none for no bytes', () => {
    const assigned = [{ topic: 'logins', partitions: [3, 1] }];
    expect(decodeAssignment(encodeAssignment(assigned))).toEqual(assigned);
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
  });

  it('refuses bytes that end too early', () => {
    const bytes = encodeAssignment([{ topic: 'logins', partitions: [3, 1] }]);
    expect(() => decodeAssignment(bytes.subarray(0, 10))).toThrow(RangeError);
  });
});
