import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OwnWrites } from './own-writes.ts';

/** @returns what knows of the transactions: each is the offset and number of the records of its writes */
function written(...transactions: readonly (readonly [base: number, records: number])[][]) {
  const own = new OwnWrites();
  for (const transaction of transactions) {
    own.committed(
      transaction.map(([base, records]) => ({ base: BigInt(base), offsets: BigInt(records) })),
    );
  }
  return own;
}

describe('OwnWrites', () => {
  it.each([
    ['nothing at all', [], 0, false],
    ['ours alone, with its marker', [[[0, 3]]], 4, false],
    [
      'ours in two writes',
      [
        [
          [0, 3],
          [3, 2],
        ],
      ],
      6,
      false,
    ],
    ['ours, whose marker is on its way', [[[0, 3]]], 0, false],
    ['two of ours, the second under way', [[[0, 3]], [[4, 1]]], 4, false],
    ['one of others', [], 1, true],
    ['one of others after ours', [[[0, 3]]], 5, true],
    ['two of others before ours, whose marker is on its way', [[[2, 1]]], 2, true],
    ['one of others between ours', [[[0, 1]], [[3, 1]]], 3, true],
    [
      'one of others within ours',
      [
        [
          [0, 1],
          [2, 1],
        ],
      ],
      4,
      true,
    ],
    ['one whose offset was not answered', [[[-1, 1]]], 2, true],
  ] as const)('tells whether others have written: %s', (_what, transactions, end, expected) => {
    const own = written(...transactions.map((writes) => writes.map(([a, b]) => [a, b] as const)));
    expect(own.hasOthersBelow(BigInt(end))).toBe(expected);
  });

  it('knows after a read where it goes on', () => {
    const own = written([[2, 1]]);
    own.readTo(4n);
    own.committed([{ base: 4n, offsets: 2n }]);
    expect([own.known, own.hasOthersBelow(7n), own.known]).toEqual([4n, false, 7n]);
    expect(own.hasOthersBelow(8n)).toBe(true);
  });

  it('finds every record of others, once its end is known and the last own marker is there', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3 })), (log) => {
        // A log of own transactions, by number of records, and of single records of others (0).
        const own = new OwnWrites();
        let [end, isFound, others] = [0n, false, false];
        for (const records of log) {
          if (records > 0) own.committed([{ base: end, offsets: BigInt(records) }]);
          else others = true;
          const marked = end + BigInt(records) + 1n;
          // Asked before the marker is there, and after.
          for (const known of [end, marked]) {
            if (!own.hasOthersBelow(known)) continue;
            isFound = true;
            own.readTo(known);
          }
          end = marked;
          expect(isFound).toBe(others);
          [isFound, others] = [false, false];
        }
      }),
    );
  });
});
