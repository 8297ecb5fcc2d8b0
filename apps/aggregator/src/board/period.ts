import * as z from 'zod';
import { dayBound } from '../http/fields.ts';
import { dayOf, HOURS_PER_DAY, isoDay, isoHour, MS_PER_DAY, MS_PER_HOUR } from '../utc.ts';

/** Hours of event time, the current one included. */
const LAST = { '1h': 1, '24h': 24, '7d': 7 * HOURS_PER_DAY, '30d': 30 * HOURS_PER_DAY } as const;
const LAST_EXPECTED = '`1h`, `24h`, `7d` or `30d` is expected';

/** The query of every route about insights. */
export const PERIOD_QUERY = {
  last: z
    .enum(Object.keys(LAST) as (keyof typeof LAST)[], { error: LAST_EXPECTED })
    .optional()
    .meta({
      description:
        'Only the last hours of event time, UTC, the current one included; default: since the beginning.',
    }),
  day: dayBound('Only this day of event time, UTC; not together with `last`.'),
};

/** What {@link PERIOD_QUERY} has read. */
export type PeriodQuery = z.infer<z.ZodObject<typeof PERIOD_QUERY>>;

/** A span of event time, since the epoch, UTC; the ends are not in it. */
export interface Period {
  readonly fromHour: number;
  readonly toHour: number;
  /** The days whose users are counted. */
  readonly fromDay: number;
  readonly toDay: number;
}

/** @param nowMs the replica's clock, epoch ms @returns undefined: since the beginning */
export function periodOf({ last, day }: PeriodQuery, nowMs: number): Period | undefined {
  if (day !== undefined) {
    const date = dayOf(day);
    const fromHour = date * HOURS_PER_DAY;
    return { fromHour, toHour: fromHour + HOURS_PER_DAY, fromDay: date, toDay: date + 1 };
  }
  if (last === undefined) return undefined;
  const hours = LAST[last];
  const toHour = Math.floor(nowMs / MS_PER_HOUR) + 1;
  const toDay = todayOf(nowMs) + 1;
  const days = Math.ceil(hours / HOURS_PER_DAY);
  return { fromHour: toHour - hours, toHour, fromDay: toDay - days, toDay };
}

/** @returns the period of the same length before */
export function previousOf({ fromHour, toHour, fromDay, toDay }: Period): Period {
  return {
    fromHour: fromHour - (toHour - fromHour),
    toHour: fromHour,
    fromDay: fromDay - (toDay - fromDay),
    toDay: fromDay,
  };
}

/** @returns days since the epoch, UTC */
export function todayOf(nowMs: number): number {
  return Math.floor(nowMs / MS_PER_DAY);
}

/** @returns the ends of a period as answers have them, and the days whose users are counted, both included */
export function periodAnswer({ fromHour, toHour, fromDay, toDay }: Period): {
  readonly from: string;
  readonly to: string;
  readonly userDays: { readonly from: string; readonly to: string };
} {
  return {
    from: isoHour(fromHour),
    to: isoHour(toHour),
    userDays: { from: isoDay(fromDay), to: isoDay(toDay - 1) },
  };
}
