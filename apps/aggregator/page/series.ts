import type { TRAFFIC } from '../src/insights/traffic/traffic-route.ts';
import type { Answer } from './api.ts';
import type { PeriodQuestion } from './asking.ts';
import { isLong, withPeriod } from './period.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export type Traffic = Answer<typeof TRAFFIC>;

/** Minutes where a screen still shows them apart, else hours. */
export const TRAFFIC_QUESTION: PeriodQuestion = {
  route: 'insights/traffic',
  path(period) {
    const path = withPeriod('insights/traffic', period);
    return isLong(period) ? `${path}&resolution=hour` : path;
  },
  soonMs: () => 5_000,
  everyMs: 30_000,
};

/** What was counted in one minute, hour or day. */
export interface Unit {
  /** Epoch ms of its begin. */
  readonly timeMs: number;
  readonly count: number;
  /** How much of the count is drawn as a part of it. */
  readonly part?: number | undefined;
}

/** What a chart shows. */
export interface Series {
  /** Length of a unit. */
  readonly unitMs: number;
  /** Every unit, ascending, empty ones too. */
  readonly units: readonly Unit[];
  /** Where the chart ends; later than the units where the period does. */
  readonly endMs: number;
  /** Whether the last one may still grow: drawn like the others, it would look like a collapse. */
  readonly lastIsPartial: boolean;
}

/** Windows of all time to choose from, in minutes. */
export const WINDOWS = [60, 360, 1440] as const;
export type WindowMinutes = (typeof WINDOWS)[number];

/** @returns the smallest window that shows all there is, else the largest */
export function fittingWindow(known: NonNullable<Traffic['minutes']>): WindowMinutes {
  const [first, last] = [known.at(0), known.at(-1)];
  if (first === undefined || last === undefined) return WINDOWS[0];
  const span = (Date.parse(last.minute) - Date.parse(first.minute)) / MINUTE_MS + 1;
  return WINDOWS.find((window) => window >= span) ?? 1440;
}

/** @param window of all time, how many minutes, counted back from the newest one with logins */
export function trafficSeries(traffic: Traffic, window: number, nowMs: number): Series {
  const { minutes = [], hours, period, asOf } = traffic;
  const unitMs = hours === undefined ? MINUTE_MS : HOUR_MS;
  const known = [
    ...minutes.map(({ minute, count }) => ({ timeMs: Date.parse(minute), count })),
    ...(hours ?? []).map(({ hour, count }) => ({ timeMs: Date.parse(hour), count })),
  ];
  const [first, last] = [known.at(0), known.at(-1)];
  if (first === undefined || last === undefined)
    return { unitMs, units: [], endMs: 0, lastIsPartial: false };
  if (period === undefined) {
    const fromMs = Math.max(first.timeMs, last.timeMs - (window - 1) * unitMs);
    const endMs = last.timeMs + unitMs;
    const lastIsPartial = asOf.time === null || Date.parse(asOf.time) < endMs;
    return { unitMs, units: filled(known, unitMs, fromMs, endMs), endMs, lastIsPartial };
  }
  // What is no longer kept must not look like a time without logins.
  const fromMs = period.complete ? Date.parse(period.from) : first.timeMs;
  const sofarMs = (Math.floor(nowMs / unitMs) + 1) * unitMs;
  const toMs = Math.max(Math.min(Date.parse(period.to), sofarMs), last.timeMs + unitMs);
  const units = filled(known, unitMs, fromMs, toMs);
  return {
    unitMs,
    units,
    endMs: Math.max(Date.parse(period.to), toMs),
    lastIsPartial: toMs > nowMs,
  };
}

/** @returns every unit from one time to another, this not included */
export function filled(
  known: readonly Unit[],
  unitMs: number,
  fromMs: number,
  endMs: number,
): readonly Unit[] {
  const byTime = new Map(known.map((unit) => [unit.timeMs, unit]));
  const first = Math.floor(fromMs / unitMs) * unitMs;
  const length = Math.max(0, Math.ceil((endMs - first) / unitMs));
  return Array.from({ length }, (_, index) => {
    const timeMs = first + index * unitMs;
    return byTime.get(timeMs) ?? { timeMs, count: 0 };
  });
}

/** @returns the busiest units, busiest first, the later one first of equals */
export function busiest(units: readonly Unit[], atMost: number): readonly Unit[] {
  return units
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || b.timeMs - a.timeMs)
    .slice(0, atMost);
}
