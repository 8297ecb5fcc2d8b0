import { describe, expect, it } from '@jest/globals';
import { errorCodeOf, exitCodeOf, faultOf } from './exit-codes.ts';

const withFault = (fault: unknown, code?: unknown): Error =>
  Object.assign(new Error('x'), { fault, code });

describe('the exit code of an error', () => {
  it.each([
    ['settings', 78],
    ['unavailable', 69],
    ['stalled', 75],
    ['defect', 70],
  ])('is that of its fault: %s', (fault, exitCode) => {
    expect(exitCodeOf(withFault(fault))).toBe(exitCode);
  });

  it.each([
    new TypeError('x is not a function'),
    withFault('toString'),
    withFault(69),
    'text',
    null,
  ])('is that of a defect where it names no fault: %p', (error) => {
    expect([exitCodeOf(error), faultOf(error), errorCodeOf(error)]).toEqual([
      70,
      undefined,
      undefined,
    ]);
  });
});

it('An error that names its fault has a stable code; what Node or a broker calls others is none', () => {
  expect(errorCodeOf(withFault('unavailable', 'TOPIC_MISSING'))).toBe('TOPIC_MISSING');
  expect(errorCodeOf(withFault('unavailable'))).toBeUndefined();
  expect(errorCodeOf(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBeUndefined();
});
