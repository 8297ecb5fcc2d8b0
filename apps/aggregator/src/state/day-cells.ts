import { CATALOGUE } from '../insights/catalogue.ts';
import { HOURS_PER_DAY } from '../utc.ts';
import type { Bounds } from './bounds.ts';

/** What is kept of one hour. */
export interface HourCell {
  counted: number;
  /** In the order of the catalogue; what insights keep of a day is the same object in all its hours. */
  readonly parts: unknown[];
  /** Another number after each batch that has counted in it. */
  revision: number;
}

/** What is kept of one day. */
export interface DayCells {
  /** By hour of the day; undefined: no logins. */
  readonly hours: (HourCell | undefined)[];
  /** Of the day as a whole, in the order of the catalogue; undefined for insights that keep nothing of a day. */
  readonly parts: unknown[];
}

/** @returns a day without logins */
export function emptyDay(bounds: Bounds): DayCells {
  return {
    hours: new Array<undefined>(HOURS_PER_DAY).fill(undefined),
    parts: CATALOGUE.map(({ cells }) => (cells?.of === 'day' ? cells.empty(bounds) : undefined)),
  };
}

/** @param dayParts what insights keep of the hour's day */
export function emptyHour(dayParts: DayCells['parts'], bounds: Bounds): HourCell {
  const parts = CATALOGUE.map(({ cells }, index) =>
    cells?.of === 'hour' ? cells.empty(bounds) : dayParts[index],
  );
  return { counted: 0, parts, revision: 0 };
}

/** @returns the hours of a day that had logins */
export function hoursOf({ hours }: DayCells): readonly number[] {
  return hours.flatMap((cell, hour) => (cell === undefined ? [] : [hour]));
}
