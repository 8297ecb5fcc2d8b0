import type { WEEK_HOURS } from '../src/insights/week-hours/insight.ts';
import type { Answer, Span } from './api.ts';
import { HOUR_MS } from './series.ts';

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** Steps of colour. Equal ones, unlike the map's: the hours of a week differ by less than states do. */
export const HEAT_STEPS = 5;

export type WeekHours = Answer<typeof WEEK_HOURS>;

/** An hour of the week. */
export interface WeekHour {
  /** 0 is Monday. */
  readonly weekday: number;
  readonly hour: number;
  readonly count: number;
  /** How often the period has this hour; undefined where its begin is not known. */
  readonly times: number | undefined;
  /** Logins of one such hour on average, or of all where it is not known how many there were. */
  readonly height: number;
  /** 0 without logins; undefined for an hour that the period does not have. */
  readonly step: number | undefined;
}

export interface Week {
  /** By weekday and hour. */
  readonly days: readonly (readonly WeekHour[])[];
  /** The greatest height of each step. */
  readonly bounds: readonly number[];
  /** Whether heights are averages: the period has some hours of the week more often than once. */
  readonly isAverage: boolean;
  /** The busiest hour; undefined without logins. */
  readonly busiest: WeekHour | undefined;
}

/** @param span the part of the period that is counted, up to now; undefined where that is not known */
export function weekOf(hours: WeekHours['hours'], span: Span | undefined): Week {
  const counts = new Map(
    hours.map(({ weekday, hour, count }) => [(weekday - 1) * 24 + hour, count]),
  );
  const times = span === undefined ? undefined : timesOf(span);
  const heights = Array.from({ length: 168 }, (_, index) => {
    const count = counts.get(index) ?? 0;
    return times === undefined ? count : count / Math.max(times[index] ?? 0, 1);
  });
  const max = Math.max(...heights);
  const isAverage = times?.some((each) => each > 1) ?? false;
  const all = heights.map((height, index): WeekHour => {
    const isOutside = times?.[index] === 0 && height === 0;
    return {
      weekday: Math.floor(index / 24),
      hour: index % 24,
      count: counts.get(index) ?? 0,
      times: times?.[index],
      height,
      step: isOutside ? undefined : max === 0 ? 0 : Math.ceil((height / max) * HEAT_STEPS),
    };
  });
  return {
    days: WEEKDAYS.map((_, weekday) => all.slice(weekday * 24, weekday * 24 + 24)),
    bounds: Array.from({ length: HEAT_STEPS }, (_, index) => {
      const bound = (max * (index + 1)) / HEAT_STEPS;
      return isAverage ? bound : Math.floor(bound);
    }),
    isAverage,
    busiest: max === 0 ? undefined : all.find(({ height }) => height === max),
  };
}

/** @returns what of an answer's period is counted; undefined where a begin that is not known lies in it */
export function countedSpan(
  { period, since }: Pick<WeekHours, 'period' | 'since'>,
  nowMs: number,
): Span | undefined {
  if (period === undefined || (!period.complete && since === undefined)) return undefined;
  const fromMs = Math.max(Date.parse(period.from), since === undefined ? 0 : Date.parse(since));
  const toMs = Math.min(Date.parse(period.to), nowMs);
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/** How often a span has each hour of the week, Monday's first, hours that it has in part included. */
function timesOf({ from, to }: Span): readonly number[] {
  const times = new Array<number>(168).fill(0);
  const first = Math.floor(Date.parse(from) / HOUR_MS);
  const end = Math.ceil(Date.parse(to) / HOUR_MS);
  for (let hour = first; hour < end; hour += 1) {
    // The epoch began on a Thursday.
    const index = (hour + 3 * 24) % 168;
    times[index] = (times[index] ?? 0) + 1;
  }
  return times;
}

/** A place in the week. */
type Place = Pick<WeekHour, 'weekday' | 'hour'>;

/** @returns where a key leads to; undefined for one that leads nowhere */
export function besideOf({ weekday, hour }: Place, key: string): Place | undefined {
  const places: Readonly<Record<string, Place>> = {
    ArrowUp: { weekday: Math.max(weekday - 1, 0), hour },
    ArrowDown: { weekday: Math.min(weekday + 1, 6), hour },
    ArrowLeft: { weekday, hour: Math.max(hour - 1, 0) },
    ArrowRight: { weekday, hour: Math.min(hour + 1, 23) },
    Home: { weekday, hour: 0 },
    End: { weekday, hour: 23 },
  };
  return places[key];
}
