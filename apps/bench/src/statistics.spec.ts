import { describe, expect, it } from '@jest/globals';
import { pairedRatio, summarize } from './statistics.ts';

describe('summarize', () => {
  it.each([
    [[7], { min: 7, median: 7, max: 7 }],
    [[3, 1, 2], { min: 1, median: 2, max: 3 }],
    [[10, 9, 100, 1], { min: 1, median: 9.5, max: 100 }],
  ])('of %j', (figures, expected) => {
    expect(summarize(figures)).toEqual(expected);
  });

  it('refuses to make figures up', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });

  it('leaves the figures in their order', () => {
    const figures = [2, 1];
    summarize(figures);
    expect(figures).toEqual([2, 1]);
  });
});

describe('pairedRatio', () => {
  it('compares round with round', () => {
    expect(pairedRatio([10, 30], [5, 10])).toEqual({ min: 2, median: 2.5, max: 3 });
  });

  it('leaves out the rounds that one side has not', () => {
    expect(pairedRatio([10, undefined, 8], [undefined, 5, 2])).toEqual({
      min: 4,
      median: 4,
      max: 4,
    });
  });

  it('says so when there is nothing to compare', () => {
    expect(pairedRatio([1], [])).toBeUndefined();
    expect(pairedRatio([1], [0])).toBeUndefined();
  });
});
