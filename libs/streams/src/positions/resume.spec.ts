import { describe, expect, it } from '@jest/globals';
import { resume } from './resume.ts';

const LOG = { topicId: 'a', earliest: 10n, end: 100n, epochEnd: undefined };

describe('resume', () => {
  it.each([
    ['goes on where the group is', 50n, {}, { kind: 'resume', offset: 50n }],
    ['goes on at the end', 100n, {}, { kind: 'resume', offset: 100n }],
    ['tells what retention has deleted', 4n, {}, { kind: 'expired', offset: 10n, lost: 6n }],
    [
      'goes on where epochs part, for later offsets are of other records',
      80n,
      { epochEnd: 70n },
      { kind: 'truncated', offset: 70n, lost: 10n },
    ],
    [
      'goes on at the end of a log that became shorter',
      120n,
      {},
      { kind: 'truncated', offset: 100n, lost: 20n },
    ],
    [
      'goes on at the earliest record where all before is gone',
      80n,
      { epochEnd: 5n },
      { kind: 'truncated', offset: 10n, lost: 70n },
    ],
    [
      'begins anew with another topic of the name, even within its bounds',
      50n,
      { topicId: 'b' },
      { kind: 'created-anew', offset: 10n },
    ],
  ])('%s', (_, offset, log, expected) => {
    expect(resume({ offset, topicId: 'a' }, { ...LOG, ...log })).toEqual(expected);
  });

  it('begins with the earliest record where nothing is committed', () => {
    expect(resume(undefined, LOG)).toEqual({ kind: 'fresh', offset: 10n });
  });

  it('obeys an offset that a tool has set within the log', () => {
    const committed = { offset: 30n, topicId: undefined };
    expect(resume(committed, LOG)).toEqual({ kind: 'resume', offset: 30n });
  });

  it('leaves an offset to an operator that a tool has set, and that cannot be', () => {
    const committed = { offset: 101n, topicId: undefined };
    expect(resume(committed, LOG)).toEqual({ kind: 'impossible', offset: 101n });
  });
});
