import type { Clock } from '../ports.ts';

/** A pause that can be cut short; one that is cut short before it begins does not begin. */
export class Alarm {
  readonly #clock: Clock;
  #sleeping: AbortController | undefined;
  #isRung = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the pause that is under way, or else the next one. */
  ring(): void {
    this.#isRung = true;
    this.#sleeping?.abort();
  }

  /** Only one pause at a time. */
  async sleep(milliseconds: number): Promise<void> {
    if (!this.#isRung) {
      this.#sleeping = new AbortController();
      await this.#clock.sleep(milliseconds, this.#sleeping.signal).catch(() => undefined);
      this.#sleeping = undefined;
    }
    this.#isRung = false;
  }
}
