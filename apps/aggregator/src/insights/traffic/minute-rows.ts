import type { MinuteCount } from './minute-counts.ts';
import { busierFirst } from './peaks.ts';
import { isoMinute, MINUTES_PER_DAY } from '../../utc.ts';

/** `18:47Z` by the minute of the day. */
const TIMES = Array.from({ length: MINUTES_PER_DAY }, (_, minute) => isoMinute(minute).slice(11));

/** A part of the traffic. */
export interface TrafficRange {
  /** Index of the first row, and of the first one beyond. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Counts by time, each row in JSON: made once, when first asked for. What any query answers is cut
 * from them, so that no query costs a sort or a row of its own.
 */
export class MinuteRows {
  readonly counts: readonly MinuteCount[];
  readonly #unit: 'minute' | 'hour';
  #rows: readonly string[] | undefined;
  #ranking: readonly number[] | undefined;

  /** @param counts ascending; hours by their first minutes */
  constructor(counts: readonly MinuteCount[], unit: 'minute' | 'hour') {
    this.counts = counts;
    this.#unit = unit;
  }

  /** Times with their counts, ascending. */
  get rows(): readonly string[] {
    return (this.#rows ??= rowsOf(this.counts, this.#unit));
  }

  /** @returns where the minutes lie, both ends included */
  range(first: number, last: number): TrafficRange {
    const begin = this.#indexOf(first);
    return { begin, end: Math.max(begin, this.#indexOf(last + 1)) };
  }

  /** @returns the busiest of a range, at most so many, busiest first */
  peaks({ begin, end }: TrafficRange, atMost: number): readonly string[] {
    const peaks: string[] = [];
    for (const index of this.#ranked()) {
      if (peaks.length >= atMost) break;
      const row = index >= begin && index < end ? this.rows[index] : undefined;
      if (row !== undefined) peaks.push(row);
    }
    return peaks;
  }

  /** @returns the indexes of all rows, busiest first */
  #ranked(): readonly number[] {
    return (this.#ranking ??= this.counts
      .map((row, index) => ({ ...row, index }))
      .sort(busierFirst)
      .map(({ index }) => index));
  }

  /** @returns the index of the first row that is not before the minute */
  #indexOf(minute: number): number {
    let [low, high] = [0, this.counts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.counts[middle]?.minute ?? Infinity) < minute) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** As `JSON.stringify` would have it, without a `Date` for each minute. */
function rowsOf(counts: readonly MinuteCount[], unit: string): string[] {
  let day = -1;
  let date = '';
  return counts.map(({ minute, count }) => {
    const itsDay = Math.floor(minute / MINUTES_PER_DAY);
    if (itsDay !== day) {
      day = itsDay;
      date = isoMinute(day * MINUTES_PER_DAY).slice(0, 11);
    }
    return `{"${unit}":"${date}${TIMES[minute % MINUTES_PER_DAY] ?? ''}","count":${count}}`;
  });
}
