import type { Traffic } from './api.ts';

export const MINUTE_MS = 60_000;

/** The logins of one minute. */
export interface Minute {
  /** Epoch ms of its begin. */
  readonly timeMs: number;
  readonly count: number;
}

/** What the traffic chart shows. */
export interface TrafficSeries {
  /** Every minute of the window, ascending, those without logins too. */
  readonly minutes: readonly Minute[];
  /** Whether the last one may still grow: drawn like the others, it would look like a collapse. */
  readonly lastIsPartial: boolean;
}

/** Windows to choose from, in minutes. */
export const WINDOWS = [60, 360, 1440] as const;
export type WindowMinutes = (typeof WINDOWS)[number];

/** @returns the smallest window that shows all there is, else the largest */
export function fittingWindow(known: Traffic['minutes']): WindowMinutes {
  const [first, last] = [known.at(0), known.at(-1)];
  if (first === undefined || last === undefined) return WINDOWS[0];
  const span = (Date.parse(last.minute) - Date.parse(first.minute)) / MINUTE_MS + 1;
  return WINDOWS.find((window) => window >= span) ?? 1440;
}

/**
 * @param known minutes with logins, ascending
 * @param asOf time of the newest record contained
 * @param window how many minutes, counted back from the newest one with logins
 */
export function trafficSeries(
  known: Traffic['minutes'],
  asOf: string | null,
  window: number,
): TrafficSeries {
  const counts = new Map(known.map(({ minute, count }) => [Date.parse(minute), count]));
  const [first, last] = [known.at(0), known.at(-1)];
  if (first === undefined || last === undefined) return { minutes: [], lastIsPartial: false };
  const newest = Date.parse(last.minute);
  const oldest = Math.max(Date.parse(first.minute), newest - (window - 1) * MINUTE_MS);
  const minutes: Minute[] = [];
  for (let timeMs = oldest; timeMs <= newest; timeMs += MINUTE_MS) {
    minutes.push({ timeMs, count: counts.get(timeMs) ?? 0 });
  }
  return { minutes, lastIsPartial: asOf === null || Date.parse(asOf) < newest + MINUTE_MS };
}
