import { expect, it } from '@jest/globals';
import { compareLoops } from './compare.ts';
import type { Loop } from './hot-path.ts';

const TURNS = 300_000;

/** Does so much work that cannot be left out: the sum is used. */
function loop(turns: number): Loop {
  let sum = 0;
  return {
    name: `${turns} turns`,
    run: () => {
      for (let turn = 0; turn < turns; turn += 1) sum = (sum * 31 + turn) | 0;
      if (sum === 0.5) throw new Error('never');
    },
  };
}

it('tells three times the work from once', () => {
  const { median } = compareLoops(loop(3 * TURNS), loop(TURNS));
  expect(median).toBeGreaterThan(2.4);
  expect(median).toBeLessThan(3.6);
});
