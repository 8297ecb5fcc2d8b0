import { busierFirst, isoMinute } from '../insights/index.ts';
import type { Distribution, Insights, MinuteCount } from '../insights/index.ts';

const MINUTES_PER_DAY = 1440;

/** `18:47Z` by the minute of the day. */
const TIMES = Array.from({ length: MINUTES_PER_DAY }, (_, minute) => isoMinute(minute).slice(11));

/** A part of the traffic. */
export interface TrafficRange {
  /** Index of the first minute, and of the first one beyond. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The lists of one state of the insights, each row in JSON: made once, when first asked for. What any query answers is
 * cut from them, so that no query costs a sort or a row of its own.
 */
export class AnswerRows {
  readonly #insights: Insights;
  readonly #values = new Map<Distribution, readonly string[]>();
  #minutes: readonly string[] | undefined;
  #ranking: readonly number[] | undefined;

  constructor(insights: Insights) {
    this.#insights = insights;
  }

  /** Values with their counts, in the order of the distribution. */
  values(distribution: Distribution): readonly string[] {
    const rows = this.#values.get(distribution) ?? distribution.map((row) => JSON.stringify(row));
    this.#values.set(distribution, rows);
    return rows;
  }

  /** Minutes with their counts, ascending. */
  get minutes(): readonly string[] {
    return (this.#minutes ??= minuteRows(this.#insights.traffic));
  }

  /** @returns where the minutes lie, both ends included */
  range(first: number, last: number): TrafficRange {
    const begin = this.#indexOf(first);
    return { begin, end: Math.max(begin, this.#indexOf(last + 1)) };
  }

  /** @returns the busiest minutes of a range, at most so many, busiest first */
  peaks({ begin, end }: TrafficRange, atMost: number): readonly string[] {
    const rows: string[] = [];
    for (const index of this.#ranked()) {
      if (rows.length >= atMost) break;
      const row = index >= begin && index < end ? this.minutes[index] : undefined;
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** @returns the indexes of all minutes, busiest first */
  #ranked(): readonly number[] {
    return (this.#ranking ??= this.#insights.traffic
      .map((row, index) => ({ ...row, index }))
      .sort(busierFirst)
      .map(({ index }) => index));
  }

  /** @returns the index of the first row that is not before the minute */
  #indexOf(minute: number): number {
    const { traffic } = this.#insights;
    let [low, high] = [0, traffic.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((traffic[middle]?.minute ?? Infinity) < minute) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** As `JSON.stringify` would have it, without a `Date` for each minute. */
function minuteRows(traffic: readonly MinuteCount[]): string[] {
  let day = -1;
  let date = '';
  return traffic.map(({ minute, count }) => {
    const itsDay = Math.floor(minute / MINUTES_PER_DAY);
    if (itsDay !== day) {
      day = itsDay;
      date = isoMinute(day * MINUTES_PER_DAY).slice(0, 11);
    }
    return `{"minute":"${date}${TIMES[minute % MINUTES_PER_DAY] ?? ''}","count":${count}}`;
  });
}
