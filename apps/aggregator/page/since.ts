import type { Insights } from './api.ts';
import { momentText } from './period-line.ts';

/**
 * Says that an insight is counted from later on than its period begins.
 *
 * @param from begin of the period; undefined of all time
 * @returns undefined where the whole period is counted
 */
export function sinceText(since: string | undefined, from: string | undefined): string | undefined {
  if (since === undefined) return undefined;
  const sinceMs = Date.parse(since);
  if (from !== undefined && Date.parse(from) >= sinceMs) return undefined;
  return `Counted since ${momentText(sinceMs, 'UTC').utc} UTC.`;
}

/** The same of an insight whose numbers are those of `/insights`. */
export function sinceOf({ since, period }: Insights, name: string): string | undefined {
  return sinceText(since?.[name], period?.from);
}
