import type { Lag } from '@login-pipeline/streams';

interface Sample {
  readonly end: bigint;
  readonly time: number;
}

/** When there are more, every second one is forgotten: the answer gets coarser, never wrong. */
const MAX_SAMPLES = 512;

/**
 * Tells from outside how far a group is behind in one partition: not from its records' timestamps, which only a
 * reader sees, but from when the partition's end passed the offset that the group has committed. Pure: the clock is
 * passed in, in epoch milliseconds.
 */
export class OffsetHistory {
  /** Ascending in both; the first one is the last known end that is not above the committed offset, if any. */
  #samples: Sample[] = [];
  #lag: Lag = { records: 0, seconds: 0 };

  /** The lag at the last look, exact in records and to the pause between two looks in seconds. */
  get lag(): Lag {
    return this.#lag;
  }

  /** The brokers' answer: a partition's end and what the group has committed there. */
  observe(committed: bigint, end: bigint, now: number): void {
    if (end !== this.#samples.at(-1)?.end) this.#samples.push({ end, time: now });
    // An end that goes back, as after an unclean election, makes what was known void.
    this.#samples = this.#samples.filter((sample) => sample.end <= end);
    const unread = this.#samples.findIndex((sample) => sample.end > committed);
    this.#samples = this.#samples.slice(unread < 0 ? -1 : Math.max(0, unread - 1));
    if (this.#samples.length > MAX_SAMPLES) {
      this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
    }
    const since = this.#samples.find((sample) => sample.end > committed)?.time ?? now;
    this.#lag = {
      records: Math.max(0, Number(end - committed)),
      seconds: Math.max(0, (now - since) / 1_000),
    };
  }
}
