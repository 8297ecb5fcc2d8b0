import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';
import type { Minute, TrafficSeries } from './minutes.ts';
import { MINUTE_MS } from './minutes.ts';

/** The chart's own pixels: it is stretched to its place, and its texts stand outside, unstretched. */
export const CHART = { width: 1000, height: 240 } as const;

/** A mark on an axis: where, from 0 to 1 from the left or the top, and for which value. */
export interface Mark {
  readonly at: number;
  readonly value: number;
}

/** What is drawn of a series. */
export interface TrafficShapes {
  /** SVG paths: of the complete minutes, and of the way to the minute that may still grow. */
  readonly area: string;
  readonly line: string;
  readonly partial: string;
  readonly times: readonly Mark[];
  readonly counts: readonly Mark[];
  /** @returns where a minute stands, both from 0 to 1 */
  readonly place: (minute: Minute) => { readonly x: number; readonly y: number };
}

const TIME_MARKS = 6;
const COUNT_MARKS = 4;

/** @param series with at least one minute */
export function trafficShapes({ minutes, lastIsPartial }: TrafficSeries): TrafficShapes {
  const { width, height } = CHART;
  const first = minutes.at(0)?.timeMs ?? 0;
  const last = Math.max(minutes.at(-1)?.timeMs ?? 0, first + MINUTE_MS);
  const highest = Math.max(...minutes.map(({ count }) => count), 1);
  const time = scaleUtc([first, last], [0, width]);
  const counts = scaleLinear([0, highest], [height, 0]).nice(COUNT_MARKS);
  const x = ({ timeMs }: Minute): number => time(timeMs);
  const y = ({ count }: Minute): number => counts(count);
  const complete = lastIsPartial ? minutes.slice(0, -1) : [...minutes];
  const drawn = line<Minute>().x(x).y(y).curve(curveMonotoneX).digits(1);
  return {
    area: area<Minute>().x(x).y0(height).y1(y).curve(curveMonotoneX).digits(1)(complete) ?? '',
    line: drawn(complete) ?? '',
    partial: lastIsPartial ? (drawn(minutes.slice(-2)) ?? '') : '',
    times: time
      .ticks(TIME_MARKS)
      .map((each) => ({ at: time(each) / width, value: each.getTime() })),
    counts: counts
      .ticks(COUNT_MARKS)
      .filter(Number.isInteger)
      .map((value) => ({ at: counts(value) / height, value })),
    place: (minute) => ({ x: x(minute) / width, y: y(minute) / height }),
  };
}
