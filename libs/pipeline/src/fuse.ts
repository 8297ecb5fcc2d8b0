import type { CommitPlan } from './plan.ts';

/** How many records the ratio is taken over: fewer say nothing about a deploy. */
const WINDOW_RECORDS = 1_000;

/** Thrown instead of a commit when nearly everything would be set aside. */
export class FuseBlownError extends Error {
  override readonly name = 'FuseBlownError';
  /** EX_SOFTWARE: restarting alone does not help. */
  readonly exitCode = 70;
}

/**
 * Stops a service that would dead-letter nearly everything: that is a bad deploy or a changed producer,
 * not bad records, and setting a whole topic aside hides it.
 *
 * The ratio is taken over the last batches that hold at least a thousand records, so a run of so many
 * dead letters blows any ratio under 1; a ratio of 1 takes the fuse out.
 */
export class DeadLetterFuse {
  readonly #maxRatio: number;
  readonly #batches: { records: number; deadLetters: number }[] = [];
  #records = 0;
  #deadLetters = 0;

  /** @param maxRatio the share of dead letters, 0 to 1, over which the fuse blows */
  constructor(maxRatio: number) {
    this.#maxRatio = maxRatio;
  }

  /**
   * Accounts for a plan before it is committed.
   *
   * @throws FuseBlownError when the share of dead letters is over the limit
   */
  admit({ outputs, dropped, deadLetters }: CommitPlan): void {
    const batch = {
      records: outputs.length + dropped + deadLetters.length,
      deadLetters: deadLetters.length,
    };
    this.#batches.push(batch);
    this.#records += batch.records;
    this.#deadLetters += batch.deadLetters;
    this.#forgetOldBatches();

    if (this.#records < WINDOW_RECORDS) return;
    const ratio = this.#deadLetters / this.#records;
    if (ratio > this.#maxRatio) {
      throw new FuseBlownError(
        `${(ratio * 100).toFixed(0)} % of the last ${this.#records} records would become dead letters, ` +
          `over DEAD_LETTER_MAX_RATIO=${this.#maxRatio}. The batch was not committed. ` +
          'Look at the producer and at the last deploy; a higher ratio lets the records pass.',
      );
    }
  }

  #forgetOldBatches(): void {
    for (;;) {
      const oldest = this.#batches[0];
      if (oldest === undefined || this.#records - oldest.records < WINDOW_RECORDS) return;
      this.#batches.shift();
      this.#records -= oldest.records;
      this.#deadLetters -= oldest.deadLetters;
    }
  }
}
