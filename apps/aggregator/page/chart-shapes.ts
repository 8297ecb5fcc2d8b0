import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, line } from 'd3-shape';
import { DAY_MS } from './series.ts';
import type { Series, Unit } from './series.ts';

/** The chart's own pixels: it is stretched to its place, and its texts stand outside, unstretched. */
export const CHART = { width: 1000, height: 240 } as const;

/** A mark on an axis: where, from 0 to 1 from the left or the top, and for which value. */
export interface Mark {
  readonly at: number;
  readonly value: number;
}

/** What is drawn of a series, as SVG paths. */
export interface Shapes {
  /** Bars side by side, of few units; else the steps of many. */
  readonly kind: 'bars' | 'steps';
  /** Complete units. */
  readonly fill: string;
  /** The upper edge of steps. */
  readonly edge: string;
  /** The unit that may still grow. */
  readonly partial: string;
  /** The parts of the bars. */
  readonly parts: string;
  readonly times: readonly Mark[];
  readonly counts: readonly Mark[];
  /** @returns the middle of the upper edge of a unit, both from 0 to 1 */
  readonly place: (unit: Unit) => { readonly x: number; readonly y: number };
}

const TIME_MARKS = 6;
const COUNT_MARKS = 4;
/** More bars than that are too thin to have a gap between them. */
const MOST_BARS = 62;
/** Part of its place that a bar leaves free at each side. */
const GAP = 0.12;

/** @param series with at least one unit */
export function chartShapes({ units, unitMs, endMs, lastIsPartial }: Series): Shapes {
  const { width, height } = CHART;
  const first = units.at(0)?.timeMs ?? 0;
  const highest = Math.max(...units.map(({ count }) => count), 1);
  const time = scaleUtc([first, endMs], [0, width]);
  const counts = scaleLinear([0, highest], [height, 0]).nice(COUNT_MARKS);
  const kind = (endMs - first) / unitMs <= MOST_BARS ? 'bars' : 'steps';
  const gap = kind === 'bars' ? GAP * unitMs : 0;

  const bars = (of: readonly Unit[], value: (unit: Unit) => number): string =>
    of
      .filter((unit) => value(unit) > 0)
      .map((unit) => {
        const [left, right] = [time(unit.timeMs + gap), time(unit.timeMs + unitMs - gap)];
        const top = counts(value(unit));
        return `M${round(left)},${height}V${round(top)}H${round(right)}V${height}Z`;
      })
      .join('');
  const complete = lastIsPartial ? units.slice(0, -1) : units;
  const corners = stepCorners(complete, unitMs);
  const x = ({ timeMs }: Unit): number => time(timeMs);
  const y = ({ count }: Unit): number => counts(count);
  return {
    kind,
    fill:
      kind === 'bars'
        ? bars(complete, ({ count }) => count)
        : (area<Unit>().x(x).y0(height).y1(y).digits(1)(corners) ?? ''),
    edge: kind === 'bars' ? '' : (line<Unit>().x(x).y(y).digits(1)(corners) ?? ''),
    partial: lastIsPartial ? bars(units.slice(-1), ({ count }) => count) : '',
    parts: bars(units, ({ part = 0 }) => part),
    times: (unitMs === DAY_MS ? dayMarks(units) : time.ticks(TIME_MARKS).map(Number)).map(
      (value) => ({ at: time(value + (unitMs === DAY_MS ? unitMs / 2 : 0)) / width, value }),
    ),
    counts: counts
      .ticks(COUNT_MARKS)
      .filter(Number.isInteger)
      .map((value) => ({ at: counts(value) / height, value })),
    place: ({ timeMs, count }) => ({
      x: time(timeMs + unitMs / 2) / width,
      y: counts(count) / height,
    }),
  };
}

/** A count holds for the whole unit: two corners each, with nothing drawn between units that never was. */
function stepCorners(units: readonly Unit[], unitMs: number): Unit[] {
  return units.flatMap((unit) => [unit, { ...unit, timeMs: unit.timeMs + unitMs }]);
}

/** Some of the days, the last one among them. */
function dayMarks(units: readonly Unit[]): readonly number[] {
  const every = Math.ceil(units.length / TIME_MARKS);
  return units
    .filter((_, index) => (units.length - 1 - index) % every === 0)
    .map(({ timeMs }) => timeMs);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
