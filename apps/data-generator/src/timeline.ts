/** When logins are sent, and which event time each carries. Pure arithmetic: nothing here reads a clock. */
export interface Timeline {
  /** @returns how many logins are due `elapsedMs` after the start */
  readonly dueBy: (elapsedMs: number) => number;
  /** @returns when the login of that index (from 0) is due, in ms after the start */
  readonly dueAt: (index: number) => number;
  /** @returns when the login of that index happened if it came without delay, epoch ms */
  readonly eventTime: (index: number) => number;
}

/** RATE and COUNT as set. */
export interface Load {
  /** Logins per second; 0: as fast as possible. */
  readonly rate: number;
  /** Logins in all; 0: for ever. */
  readonly count: number;
}

const HOUR = 3_600_000;
/** Hours that a bulk load covers: well inside a retention of one day, so that none of its logins is expired at once. */
const BULK_HOURS = 12;
/** More than one process makes, so that the event time of an endless bulk load never runs ahead of the clock. */
const ENDLESS_BULK_RATE = 1_000_000;
/** Logins by UTC hour: people in the US sleep from about 06 to 12 and meet their phones from 22 to 03. */
const HOURLY: readonly number[] = [
  90, 94, 88, 74, 56, 38, 26, 18, 15, 17, 24, 36, 50, 60, 64, 66, 70, 72, 72, 74, 76, 80, 84, 87,
];

/**
 * @param startMs now, epoch ms
 * @returns with a rate: one login every 1/rate seconds, on schedule whatever the broker does (an
 *   open loop: what it could not take in time is sent late, none is left out), each carrying its
 *   time on that schedule. Without a rate: all due at once; `count` of them fill the twelve full
 *   hours before the start, along the curve of a day
 */
export function timeline({ rate, count }: Load, startMs: number): Timeline {
  const limit = count === 0 ? Infinity : count;
  if (rate > 0) {
    return {
      dueBy: (elapsedMs) => Math.min(limit, Math.floor((elapsedMs * rate) / 1000) + 1),
      dueAt: (index) => (index * 1000) / rate,
      eventTime: steadyFrom(startMs, rate),
    };
  }
  return {
    dueBy: () => limit,
    dueAt: () => 0,
    eventTime:
      count === 0 ? steadyFrom(startMs, ENDLESS_BULK_RATE) : dailyCurveBefore(startMs, count),
  };
}

function steadyFrom(startMs: number, rate: number): (index: number) => number {
  const first = startMs - (startMs % 1000);
  return (index) => first + Math.floor((index * 1000) / rate);
}

/** Starts at a full hour, so that runs of one hour write the same bytes. */
function dailyCurveBefore(startMs: number, count: number): (index: number) => number {
  const first = startMs - (startMs % HOUR) - BULK_HOURS * HOUR;
  const weights = Array.from(
    { length: BULK_HOURS },
    (_, hour) => HOURLY[(first / HOUR + hour) % HOURLY.length] ?? 0,
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return (index) => {
    let rest = (index / count) * sum;
    let hour = first;
    for (const weight of weights) {
      if (rest < weight) return hour + Math.floor((rest / weight) * HOUR);
      rest -= weight;
      hour += HOUR;
    }
    return hour - 1;
  };
}
