import { describe, expect, it } from '@jest/globals';
import { operatorMark } from '../positions/position-mark.ts';
import { judgeOperator } from './operator-offset.ts';

const BOUNDS = { start: 10n, end: 20n };

describe('An offset beside a state', () => {
  it.each([
    ['at the state', 10n, 'obeyed'],
    ['ahead of it', 15n, 'obeyed'],
    ['at the end of the log', 20n, 'obeyed'],
    ['above the end', 21n, 'above the end'],
    ['before the state', 9n, 'before the state'],
  ])('that an operator set %s', (_, offset, verdict) => {
    const metadata = operatorMark('insights');
    expect(judgeOperator({ offset, metadata }, BOUNDS)).toBe(verdict);
  });

  it('that the group committed itself says nothing', () => {
    expect(judgeOperator({ offset: 15n, metadata: 'snapshots=insights' }, BOUNDS)).toBeUndefined();
    expect(judgeOperator(undefined, BOUNDS)).toBeUndefined();
  });
});
