import type { CommitPlan } from './plan.ts';
import type { ConsumedBatch } from '../records/record.ts';

/** How many records the ratio is taken over: fewer say nothing about a deploy. */
const WINDOW_RECORDS = 1_000;

/** What the window knows of a batch. */
interface CountedBatch {
  readonly partition: number;
  /** The offset behind it. */
  readonly end: bigint;
  readonly records: number;
  readonly deadLetters: number;
}

/** Thrown instead of a commit when nearly everything would be set aside. */
export class FuseBlownError extends Error {
  override readonly name = 'FuseBlownError';
  readonly code = 'FUSE_BLOWN';
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
  readonly #setting: string;
  /** Oldest first. */
  #batches: CountedBatch[] = [];
  /** By partition: where the last counted batch ended. */
  readonly #ends = new Map<number, bigint>();
  #records = 0;
  #deadLetters = 0;

  /**
   * @param maxRatio the share of dead letters, 0 to 1, over which the fuse blows
   * @param setting what the message calls it: the name by which an operator sets it
   */
  constructor(maxRatio: number, setting: string) {
    this.#maxRatio = maxRatio;
    this.#setting = setting;
  }

  /**
   * Accounts for a plan before it is committed. Each record counts once, by its last plan: one that
   * was read again, because its transaction failed or its partition had another owner meanwhile, is
   * no further record.
   *
   * @param batch what the plan is for
   * @throws FuseBlownError when the share of dead letters is over the limit
   */
  admit(
    { partition, records, nextOffset }: Pick<ConsumedBatch, 'partition' | 'records' | 'nextOffset'>,
    { outputs, dropped, deadLetters }: CommitPlan,
  ): void {
    this.#forgetFrom(partition, BigInt(records.at(0)?.offset ?? nextOffset));
    this.#ends.set(partition, nextOffset);
    this.#count({
      partition,
      end: nextOffset,
      records: outputs.length + dropped + deadLetters.length,
      deadLetters: deadLetters.length,
    });
    this.#forgetOldBatches();

    if (this.#records < WINDOW_RECORDS) return;
    const ratio = this.#deadLetters / this.#records;
    if (ratio > this.#maxRatio) {
      throw new FuseBlownError(
        `${(ratio * 100).toFixed(0)} % of the last ${this.#records} records would become dead letters, ` +
          `over ${this.#setting}=${this.#maxRatio}. The batch was not committed. ` +
          'Look at the producer and at the last deploy; a higher ratio lets the records pass.',
      );
    }
  }

  /** Takes back what was counted of a partition's records from an offset on: they are about to be counted again. */
  #forgetFrom(partition: number, offset: bigint): void {
    if (offset >= (this.#ends.get(partition) ?? 0n)) return;
    const batches = this.#batches;
    this.#batches = [];
    this.#records = 0;
    this.#deadLetters = 0;
    for (const batch of batches) {
      if (batch.partition !== partition || batch.end <= offset) this.#count(batch);
    }
  }

  #count(batch: CountedBatch): void {
    this.#batches.push(batch);
    this.#records += batch.records;
    this.#deadLetters += batch.deadLetters;
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
