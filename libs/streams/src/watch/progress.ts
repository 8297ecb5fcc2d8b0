import { isBelieved } from '../records/plausible-time.ts';

/** How far behind a partition is. */
export interface Lag {
  /** Records between the position and the end of the partition, never negative. */
  readonly records: number;
  /** Age of the oldest record that was not yet processed, as far as it is known; 0 when there is none. */
  readonly seconds: number;
}

/**
 * One partition's progress: where its lane is, where its end is, and for how long nothing moved although
 * there is something to do. Pure: the clock is passed in, in epoch milliseconds.
 *
 * A partition without unread records never counts as stalled, however long it is idle.
 */
export class PartitionProgress {
  #position: bigint | undefined;
  #end: bigint | undefined;
  #behindSince: number | undefined;
  /** Of the last processed record whose time is believed. */
  #lastRecordTime: number | undefined;
  #caughtUpAt: number | undefined;
  #movedAt: number | undefined;
  /** Since when it waits for its turn; undefined while it does not. */
  #waitingSince: number | undefined;
  /** The furthest position known to any member. */
  #furthest = -1n;

  /** @param earlier the same partition in the last assignment: one that comes back to where it was goes on waiting */
  constructor(earlier?: PartitionProgress) {
    if (earlier === undefined) return;
    this.#behindSince = earlier.#behindSince;
    this.#furthest = earlier.#furthest;
  }

  /** The next offset to process; undefined until it is known. */
  get position(): bigint | undefined {
    return this.#position;
  }

  /** When something was last done, or when the position was first known, epoch ms; undefined until then. */
  get movedAt(): number | undefined {
    return this.#movedAt;
  }

  /** The partition's end as last seen; undefined before the first look. */
  get end(): bigint | undefined {
    return this.#end;
  }

  /**
   * Something was done: the position moved past it.
   *
   * @param nextOffset where processing goes on
   * @param recordTime the last processed record's own time, when there was a record; anything that a producer may write
   */
  advance(nextOffset: bigint, now: number, recordTime?: number): void {
    this.#movedAt = now;
    if (recordTime !== undefined && isBelieved(recordTime, now)) this.#lastRecordTime = recordTime;
    this.#behindSince = undefined;
    this.#moveTo(nextOffset, now);
  }

  /**
   * Processing goes on elsewhere, with nothing done: where another member stopped, or back at what failed. To try the
   * same again and again is no progress.
   */
  place(nextOffset: bigint, now: number): void {
    this.#movedAt ??= now;
    if (nextOffset > this.#furthest) this.#behindSince = undefined;
    this.#moveTo(nextOffset, now);
  }

  /** It waits for its turn, or no longer does. That time is not its own: it cannot make progress then. */
  waiting(isWaiting: boolean, now: number): void {
    if (isWaiting) {
      this.#waitingSince ??= now;
      return;
    }
    const since = this.#waitingSince;
    this.#waitingSince = undefined;
    if (since === undefined || this.#behindSince === undefined) return;
    this.#behindSince += now - Math.max(since, this.#behindSince);
  }

  /** The broker has answered the partition's end. */
  observeEnd(end: bigint, now: number): void {
    this.#end = end;
    if (this.#position === undefined) return;
    if (end > this.#position) {
      this.#behindSince ??= now;
    } else {
      this.#behindSince = undefined;
      this.#caughtUpAt = now;
    }
  }

  /**
   * @param watchedSince what was before does not count
   * @returns for how many milliseconds there has been something to do and nothing was done
   */
  stalledFor(now: number, watchedSince = -Infinity): number {
    if (this.#position === undefined || this.#behindSince === undefined) return 0;
    const end = Math.min(now, this.#waitingSince ?? now);
    return Math.max(0, end - Math.max(this.#behindSince, watchedSince));
  }

  /** @returns the lag, or undefined while the position or the end is unknown */
  lag(now: number): Lag | undefined {
    if (this.#position === undefined || this.#end === undefined) return undefined;
    const records = Number(this.#end - this.#position);
    if (records <= 0) return { records: 0, seconds: 0 };
    // What is unread came after the last record that was read, and after the last look that saw nothing unread.
    const since = Math.max(this.#lastRecordTime ?? -Infinity, this.#caughtUpAt ?? -Infinity);
    return { records, seconds: Number.isFinite(since) ? Math.max(0, (now - since) / 1_000) : 0 };
  }

  #moveTo(position: bigint, now: number): void {
    this.#position = position;
    if (position > this.#furthest) this.#furthest = position;
    if (this.#end === undefined) return;
    if (position < this.#end) this.#behindSince ??= now;
    else this.#behindSince = undefined;
  }
}
