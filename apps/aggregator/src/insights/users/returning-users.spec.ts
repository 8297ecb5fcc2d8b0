import { describe, expect, it } from '@jest/globals';
import { userId } from '../../state/testing/logins.ts';
import { UserHash } from '../../state/user-hash.ts';
import type { Asked } from '../insight.ts';
import { returningUsers } from './returning-users.ts';
import { UserSketch } from './user-sketch.ts';

const hash = new UserHash();
const DAY = 100;
const TRIALS = 20;

function sketchOf(from: number, to: number): UserSketch {
  const sketch = new UserSketch();
  for (let user = from; user < to; user += 1) {
    hash.set(userId(user));
    sketch.add(hash);
  }
  return sketch;
}

/** @param keptFrom the first day that is kept */
function asked(days: ReadonlyMap<number, UserSketch>, keptFrom = 0): Asked<UserSketch> {
  const merged = new UserSketch();
  const span = { from: 0, to: DAY + 1, fromMinute: 0, today: DAY, keptFrom };
  const cell = (day: number) => days.get(day);
  const totals = { total: 0, maxDistinctValues: 1_000 };
  return { merged, always: merged, ...span, ...totals, cell };
}

describe('users of a day who were there before', () => {
  it.each([
    ['all of them new', 8_000, 2_000, 0],
    ['some of them', 8_000, 2_000, 800],
    ['nearly all of them', 8_000, 2_000, 1_950],
    ['few days before', 500, 2_000, 300],
  ])('are within the stated error: %s', (_which, known, users, returning) => {
    const errors: number[] = [];
    const stated: number[] = [];
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const first = trial * 1_000_000;
      const days = new Map([
        [DAY - 7, sketchOf(first, first + known / 2)],
        [DAY - 1, sketchOf(first + known / 2, first + known)],
        [DAY, sketchOf(first + known - returning, first + known - returning + users)],
      ]);
      const found = returningUsers(asked(days), DAY);
      errors.push((found?.estimate ?? NaN) - returning);
      stated.push(found?.standardError ?? NaN);
    }
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / TRIALS);
    const mean = stated.reduce((sum, error) => sum + error, 0) / TRIALS;
    expect(rms).toBeLessThan(1.5 * mean);
    expect(rms).toBeGreaterThan(mean / 8);
  });

  it('are left out where the days before are not kept, or no user came', () => {
    const days = new Map([[DAY, sketchOf(0, 10)]]);
    expect(returningUsers(asked(days, DAY - 7), DAY)).toMatchObject({ estimate: 0 });
    expect(returningUsers(asked(days, DAY - 6), DAY)).toBeUndefined();
    expect(returningUsers(asked(days), DAY - 1)).toBeUndefined();
  });
});
