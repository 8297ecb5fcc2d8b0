import type { Answers } from './live.ts';
import { isLong, withPeriod } from './period.ts';
import type { Period } from './period.ts';

/** A route that answers about a period. */
interface Route {
  readonly part: Exclude<keyof Answers, 'problem'>;
  readonly path: (period: Period) => string;
  /** Ms from one question about the period to the next, while the server tells of changes. */
  readonly soonMs: (period: Period) => number;
  /** The same at most. */
  readonly everyMs: number;
}

/** Of one period, what is read first at the front. */
export const ROUTES: readonly Route[] = [
  { part: 'insights', path: at('insights'), soonMs: () => 1_000, everyMs: 10_000 },
  { part: 'traffic', path: trafficPath, soonMs: () => 5_000, everyMs: 30_000 },
  { part: 'users', path: at('insights/users'), soonMs: () => 15_000, everyMs: 60_000 },
  { part: 'weekHours', path: at('insights/week-hours'), soonMs: () => 15_000, everyMs: 60_000 },
  { part: 'versions', path: at('insights/versions'), soonMs: versionsMs, everyMs: 60_000 },
];

/** Minutes where a screen still shows them apart, else hours. */
export function trafficPath(period: Period): string {
  const path = withPeriod('insights/traffic', period);
  return isLong(period) ? `${path}&resolution=hour` : path;
}

/** The largest answer where it has hundreds of hours, of which all but the last stay as they are. */
function versionsMs(period: Period): number {
  return isLong(period) ? 60_000 : 15_000;
}

function at(path: string): (period: Period) => string {
  return (period) => withPeriod(path, period);
}
