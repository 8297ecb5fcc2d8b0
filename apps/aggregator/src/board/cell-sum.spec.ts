import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from '../insights/catalogue.ts';
import { CellSum } from './cell-sum.ts';
import type { MergedCell } from './cell-sum.ts';

const ASKED = 100;
const NOTHING = CATALOGUE.map(({ merging }) => merging.empty());

/** A cell that says when it is added to a sum. */
class WatchedCell implements MergedCell {
  readonly counted: number;
  readonly #onAdded: () => void;

  constructor(counted: number, onAdded: () => void) {
    this.counted = counted;
    this.#onAdded = onAdded;
  }

  get merged(): readonly unknown[] {
    this.#onAdded();
    return NOTHING;
  }
}

describe.each(['hour', 'day'] as const)('the sum of each %s', (of) => {
  /** @returns how many cells were added for each of the last times that the sum was asked for */
  function additions(cells: number, lateEach: number): number {
    const sum = new CellSum(of);
    let added = new Set<number>();
    const cell = (index: number, counted: number): MergedCell =>
      new WatchedCell(counted, () => added.add(index));
    const all = Array.from({ length: cells }, (_, index) => cell(index, 1));
    let inAll = 0;
    for (let time = 1; time <= ASKED; time += 1) {
      added = new Set();
      all[cells - 1] = cell(cells - 1, time);
      if (time % lateEach === 0) all[time % (cells - 1)] = cell(time % (cells - 1), 1);
      expect(sum.of(all).counted).toBe(cells - 1 + time);
      if (time > ASKED / 2) inAll += added.size;
    }
    return inAll / (ASKED / 2);
  }

  it.each([7, 31, 168])('of %d adds only what moves', (cells) => {
    expect(additions(cells, Infinity)).toBe(1);
  });

  it('adds all again when a late login moves what rested, and only then', () => {
    expect(additions(31, 25)).toBeLessThan(31 / 5);
  });
});
