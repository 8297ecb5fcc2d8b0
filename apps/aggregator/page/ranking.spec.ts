import { describe, expect, it } from '@jest/globals';
import { rank } from './ranking.ts';

const COUNTS = { a: 10, b: 50, c: 20, d: 20 };

describe('rank', () => {
  it('puts the highest count first, equal ones by value, with their shares', () => {
    expect(rank(COUNTS, 10)).toEqual({
      top: [
        { value: 'b', count: 50, share: 0.5 },
        { value: 'c', count: 20, share: 0.2 },
        { value: 'd', count: 20, share: 0.2 },
        { value: 'a', count: 10, share: 0.1 },
      ],
      rest: undefined,
    });
  });

  it('sums up what does not fit', () => {
    const { top, rest } = rank(COUNTS, 2);
    expect(top.map(({ value }) => value)).toEqual(['b', 'c']);
    expect(rest).toEqual({ values: 2, count: 30, share: 0.3 });
  });

  it('shows a last value rather than a rest of one', () => {
    expect(rank(COUNTS, 3)).toEqual(rank(COUNTS, 4));
  });

  it('of nothing is empty', () => {
    expect(rank({}, 5)).toEqual({ top: [], rest: undefined });
  });
});
