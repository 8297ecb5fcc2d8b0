import { dayOf, lastOf } from './period.ts';
import type { InsightsRoute } from './asking.ts';
import type { Period } from './period.ts';

/** `logins-traffic-7d.csv`, `logins-locales-2026-11-30.csv`, `logins-users-all-time.csv` */
export function csvName(route: InsightsRoute, period: Period): string {
  const insight = route.slice(route.indexOf('/') + 1);
  return `logins-${insight}-${lastOf(period) ?? dayOf(period) ?? 'all-time'}.csv`;
}
