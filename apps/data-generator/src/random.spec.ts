import { describe, expect, it } from '@jest/globals';
import { Random, weighted } from './random.ts';

function firstStream(seed: number): Random {
  return Random.streams(seed).next().value;
}

describe('Random', () => {
  it('draws the same for the same seed on every machine', () => {
    const random = firstStream(1);
    expect([random.hex(12), random.hex(4), random.below(1000), random.below(1000)]).toEqual([
      '8d376bc08da6',
      'eacc',
      838,
      848,
    ]);
  });

  it('draws something else for another seed and in another stream', () => {
    const [first, second] = Random.streams(1);
    const draws = [first, second, firstStream(2)].map((random) => random?.hex(12));
    expect(new Set(draws).size).toBe(3);
  });

  it('pads hexadecimal digits', () => {
    const random = firstStream(3);
    const drawn = Array.from({ length: 1000 }, () => random.hex(2));
    expect(drawn.filter((digits) => !/^[0-9a-f]{2}$/.test(digits))).toEqual([]);
  });
});

describe('weighted', () => {
  it('draws each value as often as its weight says', () => {
    const draw = weighted([
      ['often', 3],
      ['never', 0],
      ['seldom', 1],
    ]);
    const random = firstStream(1);
    const counts = new Map<string, number>();
    for (let i = 0; i < 40_000; i++) {
      const value = draw(random);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['often', 'seldom']);
    expect((counts.get('often') ?? 0) / 40_000).toBeCloseTo(0.75, 1);
  });
});
