import { describe, expect, it } from '@jest/globals';
import { BoundedValues } from './bounded-values.ts';
import { nameBytes } from '../../state/bounds.ts';

const ENOUGH = 1_000_000;

function countAll(limit: number, values: readonly string[]): Record<string, number> {
  const bounded = new BoundedValues({ values: limit, bytes: ENOUGH }, (slot) => ({
    slot,
    count: 0,
  }));
  for (const value of values) bounded.of(value).count += 1;
  const named = [...bounded.entries()].map(([value, { count }]) => [value, count] as const);
  return Object.fromEntries([...named, ['(rest)', bounded.other.count]]);
}

describe('BoundedValues', () => {
  it.each([
    ['counts every value while there is room', 3, ['a', 'b', 'a'], { a: 2, b: 1, '(rest)': 0 }],
    ['keeps what came first', 2, ['a', 'b', 'c', 'c', 'c', 'a'], { a: 2, b: 1, '(rest)': 3 }],
    ['counts the value `other` with the rest', 2, ['other', 'a'], { a: 1, '(rest)': 1 }],
    [
      'takes member names of objects as values',
      2,
      ['__proto__'],
      { ['__proto__']: 1, '(rest)': 0 },
    ],
    [
      'takes a lone surrogate for the replacement character',
      2,
      ['\ud800', '\ufffd', '\udc00'],
      { '\ufffd': 3, '(rest)': 0 },
    ],
  ])('%s', (_name, limit, values, expected) => {
    expect(Object.entries(countAll(limit, values))).toEqual(Object.entries(expected));
  });

  it('counts with the rest what its bytes have no room for, before and after it is brought back', () => {
    const bounds = { values: 10, bytes: nameBytes(3) + nameBytes(6) };
    const first = new BoundedValues(bounds, (slot) => ({ slot, count: 0 }));
    const restored = new BoundedValues(bounds, (slot) => ({ slot, count: 0 }));
    for (const value of ['abc', '東京', 'TX']) first.of(value).count += 1;
    for (const [value, { count }] of first.entries()) restored.restore(value).count = count;
    for (const values of [first, restored]) {
      expect(values.of('CA')).toBe(values.other);
      expect([...values.entries()].map(([value]) => value)).toEqual(['abc', '東京']);
    }
    expect(first.other.count).toBe(1);
  });

  it('stays bounded through a million random values and loses none', () => {
    const bounded = new BoundedValues({ values: 1000, bytes: ENOUGH }, (slot) => ({
      slot,
      count: 0,
    }));
    for (let index = 0; index < 1_000_000; index += 1) bounded.of(String(index)).count += 1;
    expect(bounded.size).toBe(1000);
    expect(bounded.other.count).toBe(999_000);
  });
});
