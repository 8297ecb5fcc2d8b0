import * as z from 'zod';
import { count, date, estimate } from '../../http/fields.ts';
import type { Asked } from '../insight.ts';
import { route } from '../route.ts';
import { ACTIVE_DAYS, unionOf } from './active-users.ts';
import { returningUsers, RETURNING_DAYS } from './returning-users.ts';
import type { UserSketch } from './user-sketch.ts';
import { isoDay } from '../../utc.ts';

/** The answer of `GET /insights/users`. */
export const USERS = {
  distinctUsers: estimate,
  active: z
    .object({ day: estimate, week: estimate, month: estimate })
    .describe('Distinct users of 1, 7 and 30 UTC days, of which the last is today.'),
  days: z
    .array(
      z.object({
        day: date,
        estimate: count,
        relativeError: z.number(),
        returning: z
          .object({ estimate: count, standardError: count })
          .optional()
          .describe(
            `How many of them were there on one of the ${RETURNING_DAYS} days before as well, and the standard error of that in users; absent where these days are not kept.`,
          ),
      }),
    )
    .describe('UTC days with logins, ascending.'),
};

/** Distinct users by UTC day, and of the whole period. */
export const usersRoute = route({
  path: 'users',
  summary: 'Distinct users of the period, of each UTC day, and of today, 7 and 30 days',
  query: {},
  shape: USERS,
  prepare(asked: Asked<UserSketch>) {
    const { merged, from, to, today, cell } = asked;
    const active = (days: number): ReturnType<UserSketch['estimate']> =>
      unionOf(asked, today - days + 1, today + 1).estimate();
    const days: z.infer<typeof USERS.days>[number][] = [];
    for (let day = from; day < to; day += 1) {
      const sketch = cell(day);
      if (sketch === undefined) continue;
      const returning = returningUsers(asked, day);
      days.push({
        day: isoDay(day),
        ...sketch.estimate(),
        ...(returning !== undefined && { returning }),
      });
    }
    return {
      answer: () => ({
        key: '',
        json: () => ({
          distinctUsers: merged.estimate(),
          active: {
            day: active(ACTIVE_DAYS.day),
            week: active(ACTIVE_DAYS.week),
            month: active(ACTIVE_DAYS.month),
          },
          days,
        }),
        table: () => ({
          columns: [
            'day',
            'estimate',
            'relative_error',
            'returning_estimate',
            'returning_standard_error',
          ],
          rows: days.map(({ day, estimate: users, relativeError, returning }) => [
            day,
            users,
            relativeError,
            returning?.estimate ?? '',
            returning?.standardError ?? '',
          ]),
        }),
      }),
    };
  },
});
