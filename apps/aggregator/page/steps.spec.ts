import { describe, expect, it } from '@jest/globals';
import { stepPaths } from './steps.ts';

describe('stepPaths', () => {
  it('holds each value for its slot', () => {
    expect(stepPaths([0, 10], 2, 10).line).toBe('M0,29L50,29L50,2L100,2');
  });

  it('leaves gaps, and stands at the right', () => {
    expect(stepPaths([10, undefined, 10], 4, 10).line).toBe('M25,2L50,2M75,2L100,2');
  });

  it('of nothing is nothing', () => {
    expect(stepPaths([], 30, 0)).toEqual({ area: '', line: '' });
    expect(stepPaths([0], 1, 0).line).toBe('M0,29L100,29');
  });
});
