import type { Clock } from '../ports.ts';
import type { Alarm } from '../timing/alarm.ts';

/** So soon after another no transaction begins: each costs brokers much the same, whatever is in it. */
const PERIOD_MS = 8;
/** Planning takes no longer, unless it waits for something. */
const PLANNING_MS = 2;

/**
 * When partitions plan for the next transaction: not while one is under way, so that what comes
 * meanwhile is planned, and committed, together.
 */
export class TurnsToPlan {
  readonly #clock: Clock;
  readonly #work: Alarm;
  /** How many batches are being planned. */
  #planning = 0;
  #next: { readonly begun: Promise<void>; readonly begin: () => void } | undefined;
  #nextAt = 0;

  /** @param work rings when there is something to commit, or to be planned no more */
  constructor(clock: Clock, work: Alarm) {
    this.#clock = clock;
    this.#work = work;
  }

  /** Resolves when the next turn begins; undefined: there is one now. */
  get next(): Promise<void> | undefined {
    return this.#next?.begun;
  }

  /**
   * A batch is being planned: a transaction that is about to begin waits for it, for a moment.
   *
   * @returns to be called once, when it is submitted, or will not be
   */
  plan(): () => void {
    this.#planning += 1;
    return () => {
      this.#planning -= 1;
      this.#work.ring();
    };
  }

  /**
   * Resolves when what is being planned is planned. Partitions that the last transaction was for go
   * on now, and are ready in some turns of the event loop: the next one is theirs, too.
   *
   * @param isWorthIt whether a transaction waits for it
   */
  async planned(isWorthIt: () => boolean): Promise<void> {
    await this.#clock.sleep(0);
    const until = this.#clock.now() + PLANNING_MS;
    while (isWorthIt() && this.#planning > 0 && this.#clock.now() < until) {
      await this.#work.sleep(PLANNING_MS);
    }
  }

  /** A transaction begins. */
  end(): void {
    this.#nextAt = this.#clock.now() + PERIOD_MS;
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    this.#next ??= { begun, begin };
  }

  /** A transaction is over. Resolves when the next turn has begun. */
  async begin(): Promise<void> {
    const early = this.#nextAt - this.#clock.now();
    if (early > 0) await this.#clock.sleep(early);
    this.#next?.begin();
    this.#next = undefined;
  }
}
