interface Sample {
  readonly timeMs: number;
  readonly total: number;
}

/** Long enough to smooth out batches, short enough to show a change while it happens. */
const WINDOW_MS = 10_000;
/** A rate over less would jump with every batch. */
const SHORTEST_MS = 2_000;

/** Logins per second now, from successive totals. */
export class Throughput {
  #samples: Sample[] = [];

  /** Forgets what was: after a gap, the logins that came meanwhile would look like a rush. */
  reset(): void {
    this.#samples = [];
  }

  /** @param total counted logins; a lower one than before means that the server has started anew */
  add(timeMs: number, total: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && total < last.total) this.reset();
    // The newest sample before the window stays: the window reaches back to it.
    while ((this.#samples[1]?.timeMs ?? Infinity) <= timeMs - WINDOW_MS) this.#samples.shift();
    this.#samples.push({ timeMs, total });
  }

  /** @returns logins per second, or undefined while there are too few totals to tell */
  get perSecond(): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const spanMs = last.timeMs - first.timeMs;
    return spanMs < SHORTEST_MS ? undefined : ((last.total - first.total) * 1000) / spanMs;
  }
}
