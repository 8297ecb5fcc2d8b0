import { dayOf, lastOf } from './period.ts';
import type { Period } from './period.ts';

/** `logins-traffic-7d.csv`, `logins-locales-2026-11-30.csv`, `logins-users-all-time.csv` */
export function csvName(insight: string, period: Period): string {
  return `logins-${insight}-${lastOf(period) ?? dayOf(period) ?? 'all-time'}.csv`;
}
