/** Periods that end now, by what the server calls them. */
export const LASTS = ['1h', '24h', '7d', '30d'] as const;
export type Last = (typeof LASTS)[number];

/** A period as the query of a question and of the page's own address; `''` is all time. */
export type Period = '' | `last=${Last}` | `day=${string}`;

export const ALL_TIME: Period = '';

const LAST_NAMES: Readonly<Record<Last, string>> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
};

const DAY_MS = 86_400_000;

/** @returns the period that an address names; all time where it names none, or one that there is not */
export function periodOf(search: string): Period {
  const query = new URLSearchParams(search);
  const last = LASTS.find((each) => each === query.get('last'));
  if (last !== undefined) return `last=${last}`;
  const day = query.get('day') ?? '';
  return isDay(day) ? `day=${day}` : ALL_TIME;
}

/** @returns the address's query with the period in place of another, the rest as it was; with `?` unless empty */
export function searchOf(period: Period, search: string): string {
  const query = new URLSearchParams(search);
  query.delete('last');
  query.delete('day');
  const rest = query.toString();
  const parts = [period, rest].filter((part) => part !== '').join('&');
  return parts === '' ? '' : `?${parts}`;
}

/** @returns a route with the period as its query, beside one that it may have */
export function withPeriod(path: string, period: Period): string {
  if (period === ALL_TIME) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${period}`;
}

export function lastOf(period: Period): Last | undefined {
  return LASTS.find((each) => period === `last=${each}`);
}

/** @returns whether a period is one of several days */
export function isLong(period: Period): boolean {
  return ['7d', '30d'].includes(lastOf(period) ?? '');
}

/** @returns the day of a period that is one, such as `2026-11-30` */
export function dayOf(period: Period): string | undefined {
  return period.startsWith('day=') ? period.slice('day='.length) : undefined;
}

/** `Last 7 days`, `30 Nov 2026` */
export function periodName(period: Period): string {
  const last = lastOf(period);
  if (last !== undefined) return LAST_NAMES[last];
  const day = dayOf(period);
  return day === undefined ? 'All time' : dayName(day);
}

/** `30 Nov 2026` of `2026-11-30` */
export function dayName(day: string): string {
  const date = new Date(`${day}T00:00Z`);
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}`;
}

/** @returns the UTC day of a time in epoch ms */
export function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** @returns the day so many days later, or earlier */
export function dayAfter(day: string, days: number): string {
  return utcDay(Date.parse(`${day}T00:00Z`) + days * DAY_MS);
}

/** `Date` takes the 30th of February for the 2nd of March. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(ms) && utcDay(ms) === text;
}
