import { describe, expect, it } from '@jest/globals';
import { scaledRules } from './scaled-rules.ts';

describe('scaledRules', () => {
  it.each([
    ['        for: 2m\n', '        for: 2000ms\n'],
    ['expr: rate(a[5m]) > 30', 'expr: rate(a[5000ms]) > 30'],
    ['(a offset 1h)', '(a offset 60000ms)'],
    ['increase(a_seconds_bucket{le="30"}[30m])', 'increase(a_seconds_bucket{le="30"}[30000ms])'],
    ["summary: 'for 5 minutes, {{ $value }}'", "summary: 'for 5 minutes, {{ $value }}'"],
  ])('makes of %s: %s', (rules, scaled) => {
    expect(scaledRules(rules, 60)).toBe(scaled);
  });
});
