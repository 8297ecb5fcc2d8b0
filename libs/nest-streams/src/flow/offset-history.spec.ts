import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OffsetHistory } from './offset-history.ts';
import type { Lag } from '@login-pipeline/streams';

/** What the brokers answered at a time, in seconds. */
type Look = readonly [at: number, committed: number, end: number];

function lagAfter(looks: readonly Look[]): Lag {
  const history = new OffsetHistory();
  for (const [at, committed, end] of looks) {
    history.observe(BigInt(committed), BigInt(end), at * 1_000);
  }
  return history.lag;
}

describe('OffsetHistory', () => {
  it.each<{ name: string; looks: Look[]; lag: Lag }>([
    { name: 'nothing known', looks: [], lag: { records: 0, seconds: 0 } },
    { name: 'all read', looks: [[0, 5, 5]], lag: { records: 0, seconds: 0 } },
    {
      name: 'a first look at a group that is behind',
      looks: [[7, 2, 5]],
      lag: { records: 3, seconds: 0 },
    },
    {
      name: 'a group that stands still',
      looks: [
        [0, 5, 5],
        [2, 5, 8],
        [60, 5, 9],
        [92, 5, 9],
      ],
      lag: { records: 4, seconds: 90 },
    },
    {
      name: 'a group that always has something in hand but keeps up',
      looks: [
        [0, 5, 10],
        [2, 15, 20],
        [4, 25, 30],
        [6, 35, 40],
      ],
      lag: { records: 5, seconds: 0 },
    },
    {
      name: 'a group that is one look behind',
      looks: [
        [0, 0, 10],
        [2, 5, 20],
        [4, 15, 30],
        [6, 25, 40],
      ],
      lag: { records: 15, seconds: 2 },
    },
    {
      name: 'a group that caught up',
      looks: [
        [0, 0, 10],
        [60, 0, 20],
        [62, 20, 20],
        [64, 20, 21],
      ],
      lag: { records: 1, seconds: 0 },
    },
    {
      name: 'an end that went back',
      looks: [
        [0, 5, 10],
        [2, 5, 4],
        [4, 5, 4],
      ],
      lag: { records: 0, seconds: 0 },
    },
  ])('with $name', ({ looks, lag }) => {
    expect(lagAfter(looks)).toEqual(lag);
  });

  it('stays right to one percent when it forgets every second look', () => {
    const looks = Array.from({ length: 2_000 }, (_, at): Look => [at, 0, at]);
    const { seconds } = lagAfter([...looks, [2_000, 1_000, 2_000]]);
    expect(seconds).toBeGreaterThan(989);
    expect(seconds).toBeLessThanOrEqual(999);
  });

  it('is never negative, and 0 s exactly when nothing is unread', () => {
    const look = fc.record({ pause: fc.nat(9), committed: fc.nat(99), end: fc.nat(99) });
    fc.assert(
      fc.property(fc.array(look, { minLength: 1 }), (steps) => {
        let at = 0;
        const looks = steps.map(({ pause, committed, end }): Look => [
          (at += pause),
          committed,
          end,
        ]);
        const { records, seconds } = lagAfter(looks);
        expect(records).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeGreaterThanOrEqual(0);
        if (records === 0) expect(seconds).toBe(0);
      }),
    );
  });
});
