import type { Answers } from './live.ts';
import { dayOf, lastOf, utcDay, withPeriod } from './period.ts';
import type { Period } from './period.ts';

/** A route that answers about a period, and how often it is worth asking. */
interface Route {
  readonly part: Exclude<keyof Answers, 'problem'>;
  readonly path: (period: Period, nowMs: number) => string;
  readonly soonMs: number;
  readonly everyMs: number;
}

/** Of one period, what is read first at the front. */
export const ROUTES: readonly Route[] = [
  { part: 'insights', path: at('insights'), soonMs: 1_000, everyMs: 10_000 },
  { part: 'traffic', path: trafficPath, soonMs: 5_000, everyMs: 30_000 },
  { part: 'users', path: at('insights/users'), soonMs: 15_000, everyMs: 60_000 },
  { part: 'weekHours', path: at('insights/week-hours'), soonMs: 15_000, everyMs: 60_000 },
  { part: 'versions', path: at('insights/versions'), soonMs: 15_000, everyMs: 60_000 },
];

/** Minutes where they are kept and still can be told apart on a screen, else hours. */
export function trafficPath(period: Period, nowMs: number): string {
  const path = withPeriod('insights/traffic', period);
  const day = dayOf(period);
  const inMinutes = day === undefined ? !isLong(period) : day === utcDay(nowMs);
  return inMinutes ? path : `${path}&resolution=hour`;
}

function isLong(period: Period): boolean {
  return ['7d', '30d'].includes(lastOf(period) ?? '');
}

function at(path: string): (period: Period) => string {
  return (period) => withPeriod(path, period);
}
