import { describe, expect, it } from '@jest/globals';
import { faultsOf } from './oracle.ts';
import type { Found } from './oracle.ts';

/** 10 is passed on, 17 dropped, 19 a dead letter. */
const RIGHT: Found = {
  input: [[10, 17, 19], []],
  written: new Set([10, 17, 19]),
  output: [[10], []],
  deadLetters: [[19]],
  isAligned: true,
};

describe('The oracle', () => {
  it('is content where each record is once where it belongs', () => {
    expect(faultsOf(RIGHT)).toEqual([]);
  });

  it.each<[string, Partial<Found>, string[]]>([
    ['a lost output', { output: [[], []] }, ['lost: 10']],
    ['a lost dead letter', { deadLetters: [[]] }, ['lost: 19']],
    ['an output that comes twice', { output: [[10], [10]] }, ['duplicated: 10']],
    ['an output in the wrong topic', { output: [[]], deadLetters: [[10, 19]] }, ['misplaced: 10']],
    ['a dropped record that comes out', { output: [[10, 17]] }, ['misplaced: 17']],
    ['a record that was never written', { output: [[10, 20]] }, ['invented: 20']],
    [
      'a record of a former topic that comes twice',
      { written: new Set([5, 10, 17, 19]), output: [[5, 5, 10]] },
      ['duplicated: 5'],
    ],
    [
      'records out of order',
      { input: [[10, 11, 17, 19]], written: new Set([10, 11, 17, 19]), output: [[11, 10]] },
      ['out of order: 10'],
    ],
  ])('tells %s', (_, changed, faults) => {
    expect(faultsOf({ ...RIGHT, ...changed })).toEqual(faults);
  });

  it('takes no record of a former topic for lost', () => {
    expect(faultsOf({ ...RIGHT, written: new Set([5, 10, 17, 19]) })).toEqual([]);
  });
});
