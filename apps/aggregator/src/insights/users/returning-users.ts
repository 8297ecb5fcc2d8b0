import type { Asked } from '../insight.ts';
import { unionOf } from './active-users.ts';
import type { UserSketch } from './user-sketch.ts';

/** A user of a day is returning who logged in on one of so many days before it. */
export const RETURNING_DAYS = 7;

/** By the sketch: 1.04 / sqrt(registers), squared. */
const VARIANCE_SHARE = 1.04 ** 2 / 4096;

/**
 * Who of a day's users is new is the difference of two unions that share nearly all registers, so
 * their errors cancel out nearly wholly: what is left is the error of the users that were added,
 * each counted with a variance that grows with the union.
 *
 * @returns users of the day who were there in the days before, with the standard error, in users;
 *   undefined where these are not kept
 */
export function returningUsers(
  asked: Asked<UserSketch>,
  day: number,
): { readonly estimate: number; readonly standardError: number } | undefined {
  const sketch = asked.cell(day);
  if (sketch === undefined || day - RETURNING_DAYS < asked.keptFrom) return undefined;
  const before = unionOf(asked, day - RETURNING_DAYS, day);
  const known = before.cardinality();
  before.merge(sketch);
  const all = before.cardinality();
  const users = sketch.cardinality();
  const added = Math.max(0, all - known);
  const estimate = Math.min(users, Math.max(0, users - added));
  const variance = VARIANCE_SHARE * (users ** 2 + (all ** 2 - known ** 2));
  return {
    estimate: Math.round(estimate),
    standardError: Math.round(Math.sqrt(Math.max(0, variance))),
  };
}
