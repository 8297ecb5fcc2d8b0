import { describe, expect, it } from '@jest/globals';
import { waitFor } from '../wait-for.ts';
import { wasOnlyLate } from './verdict.ts';

const verdict = { records: 10, lost: 0, duplicated: 0, faults: [] };

describe('wasOnlyLate', () => {
  it('is true of what took too long', async () => {
    const inVain = await waitFor('the end', () => false, 0).catch(String);
    const faults = [String(inVain).replace('Error: ', ''), 'no commit for 41234 ms'];
    expect(wasOnlyLate({ ...verdict, faults })).toBe(true);
    expect(wasOnlyLate({ ...verdict, faults: ['it did not end within 240 s'] })).toBe(true);
  });

  it.each([
    ['a kept promise', {}],
    ['a lost record', { lost: 1, faults: ['no commit for 41234 ms'] }],
    ['a duplicate', { duplicated: 1, faults: ['no commit for 41234 ms'] }],
    ['any other fault beside it', { faults: ['no commit for 41234 ms', 'a: lost'] }],
    ['other counts', { faults: ['insights: other counts than a recount of the topic'] }],
  ])('is false of %s', (_, change) => {
    expect(wasOnlyLate({ ...verdict, ...change })).toBe(false);
  });
});
