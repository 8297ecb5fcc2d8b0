const WINDOW_MS = 10 * 60_000;
const RESTARTS = 20;

/** Caps a consumer's restarts: past the cap a new process is the better restart. */
export class RestartBudget {
  #taken: number[] = [];

  /** @returns whether one more restart is allowed: at most 20 in ten minutes */
  take(now = Date.now()): boolean {
    this.#taken = this.#taken.filter((time) => now - time < WINDOW_MS);
    if (this.#taken.length >= RESTARTS) return false;
    this.#taken.push(now);
    return true;
  }
}
