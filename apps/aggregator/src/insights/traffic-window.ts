/**
 * Logins per minute of event time, for the minutes from `oldest` to `newest`. Only `add` moves the window, and only
 * forward; a minute that has left it is never counted again.
 */
export class TrafficWindow {
  /** First minute that is remembered, all of it. Never goes back, not even when the retention is raised. */
  oldest = 0;
  /** Newest minute with a login, -1 before the first. */
  newest = -1;
  /** A ring: the slot of a minute is its remainder. */
  readonly #counts: Uint32Array;

  /** @param retentionMinutes length of the window */
  constructor(retentionMinutes: number) {
    this.#counts = new Uint32Array(retentionMinutes);
  }

  /** @returns false when the minute lies before the window: it is not counted then */
  add(minute: number, count = 1): boolean {
    if (minute < this.oldest) return false;
    if (minute > this.newest) this.#advanceTo(minute);
    const slot = minute % this.#counts.length;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
    return true;
  }

  /** Sets the window's ends as an earlier window had them; what the retention does not reach is forgotten. */
  restore(oldest: number, newest: number): void {
    this.oldest = oldest;
    if (newest >= 0) this.#advanceTo(newest);
  }

  /**
   * Forgets the minutes after `latest`, and with them where they had moved the window: it begins anew with what is left.
   *
   * @returns whether there were any
   */
  forgetAfter(latest: number): boolean {
    if (this.newest <= latest) return false;
    const left: (readonly [minute: number, count: number])[] = [];
    this.forEach((minute, count) => {
      if (minute <= latest) left.push([minute, count]);
    });
    this.#counts.fill(0);
    this.oldest = 0;
    this.newest = -1;
    for (const [minute, count] of left) this.add(minute, count);
    return true;
  }

  /** Calls back for every minute with logins, ascending. */
  forEach(visit: (minute: number, count: number) => void): void {
    for (let minute = this.#oldestHeld(); minute <= this.newest; minute += 1) {
      const count = this.#counts[minute % this.#counts.length] ?? 0;
      if (count > 0) visit(minute, count);
    }
  }

  #advanceTo(minute: number): void {
    const { length } = this.#counts;
    if (minute - this.newest >= length) this.#counts.fill(0);
    else
      for (let gone = this.newest + 1; gone <= minute; gone += 1) this.#counts[gone % length] = 0;
    this.newest = minute;
    this.oldest = Math.max(this.oldest, minute - length + 1);
  }

  /** A young window reaches back to the epoch, but holds nothing there. */
  #oldestHeld(): number {
    return Math.max(this.oldest, this.newest - this.#counts.length + 1);
  }
}
