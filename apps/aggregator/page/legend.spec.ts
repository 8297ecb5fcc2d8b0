import { describe, expect, it } from '@jest/globals';
import { legendOf } from './legend.ts';

describe('legendOf', () => {
  it('explains each step by the greatest number that has it', () => {
    expect(legendOf([100, 2_000])).toEqual([
      { step: 1, text: '100' },
      { step: 2, text: '2K' },
    ]);
  });

  it('leaves out steps that no number has', () => {
    expect(legendOf([0, 0, 1, 1, 2])).toEqual([
      { step: 3, text: '1' },
      { step: 5, text: '2' },
    ]);
  });
});
