import { describe, expect, it } from '@jest/globals';
import { wasOnlyLate } from './verdict.ts';

const verdict = { records: 10, lost: 0, duplicated: 0, faults: [] };

describe('wasOnlyLate', () => {
  it('is true of a gap that was too long', () => {
    expect(wasOnlyLate({ ...verdict, faults: ['no commit for 41234 ms'] })).toBe(true);
  });

  it.each([
    ['a kept promise', {}],
    ['a lost record', { lost: 1, faults: ['no commit for 41234 ms'] }],
    ['a duplicate', { duplicated: 1, faults: ['no commit for 41234 ms'] }],
    ['any other fault beside it', { faults: ['no commit for 41234 ms', 'a: lost'] }],
    ['an end that nobody saw', { faults: ['it did not end within 240 s'] }],
    ['a wait in vain', { faults: ['Waited 60000 ms in vain for the end of the input'] }],
    ['other counts', { faults: ['insights: other counts than a recount of the topic'] }],
  ])('is false of %s', (_, change) => {
    expect(wasOnlyLate({ ...verdict, ...change })).toBe(false);
  });
});
