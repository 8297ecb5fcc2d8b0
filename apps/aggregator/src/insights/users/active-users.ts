import type { Asked } from '../insight.ts';
import { UserSketch } from './user-sketch.ts';

/** UTC days, with today as the last one. */
export const ACTIVE_DAYS = { day: 1, week: 7, month: 30 } as const;

/** @returns the users of all days from the first to before `to` */
export function unionOf({ cell }: Asked<UserSketch>, from: number, to: number): UserSketch {
  const union = new UserSketch();
  for (let day = from; day < to; day += 1) {
    const sketch = cell(day);
    if (sketch !== undefined) union.merge(sketch);
  }
  return union;
}
