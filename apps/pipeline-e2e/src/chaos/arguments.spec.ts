import { describe, expect, it } from '@jest/globals';
import { named } from './arguments.ts';

const ALL = [{ name: 'kill' }, { name: 'storm' }];

describe('named', () => {
  it('finds what --only names, in its order', () => {
    expect(named(['storm', 'kill'], ALL)).toEqual([{ name: 'storm' }, { name: 'kill' }]);
  });

  it('refuses a name that is none, and tells which are: a run of nothing is no success', () => {
    expect(() => named(['kil'], ALL)).toThrow('--only kil: expected one of kill, storm');
  });
});
