import type {
  CommitPlan,
  ConsumedBatch,
  ConsumedRecord,
  DeadLetterFuse,
  Outcome,
  PlanOptions,
} from '@login-pipeline/streams';
import { planBatch } from '@login-pipeline/streams';
import type { PartitionStates } from '../snapshots/partition-states.ts';

const KINDS: readonly unknown[] = ['emit', 'drop', 'dead-letter'];
const HINT = '@RecordHandler marks a method that does not wait; @BatchHandler marks one that may.';

/** What a handler of batches is given beside the batch: the stream that it is of. */
export interface BatchContext {
  /** Handles a batch record by record, in order. @returns what the handler of the batch has to return */
  perRecord(
    batch: ConsumedBatch,
    handle: (record: ConsumedRecord, partition: number) => unknown,
  ): unknown;
}

/** The context of a handler that transforms. */
export class TransformContext<Reason extends string = string> implements BatchContext {
  readonly #options: PlanOptions<Reason>;
  readonly #fuse: DeadLetterFuse;

  constructor(options: PlanOptions<Reason>, fuse: DeadLetterFuse) {
    this.#options = options;
    this.#fuse = fuse;
  }

  /**
   * Decides about every record of a batch, in order.
   *
   * @param decide pure: one record's outcome; what it throws is a bug and ends the service
   * @returns what the transaction has to do: the handler returns it
   * @throws FuseBlownError when the share of dead letters is over DEAD_LETTER_MAX_RATIO
   */
  plan(batch: ConsumedBatch, decide: (record: ConsumedRecord) => Outcome<Reason>): CommitPlan {
    const plan = planBatch(batch, decide, this.#options);
    this.#fuse.admit(batch, plan);
    return plan;
  }

  perRecord(
    batch: ConsumedBatch,
    handle: (record: ConsumedRecord, partition: number) => unknown,
  ): CommitPlan {
    const { partition } = batch;
    return this.plan(batch, (record) => outcomeOf(handle(record, partition)));
  }
}

/** The context of a handler that folds. */
export class FoldContext implements BatchContext {
  readonly #states: Pick<PartitionStates, 'advance'>;

  constructor(states: Pick<PartitionStates, 'advance'>) {
    this.#states = states;
  }

  perRecord(
    { records, partition, nextOffset }: ConsumedBatch,
    handle: (record: ConsumedRecord, partition: number) => unknown,
  ): void {
    for (const record of records) {
      const result = handle(record, partition);
      if (result !== undefined) throw new TypeError(`A method that folds returns nothing. ${HINT}`);
    }
    this.#states.advance(partition, nextOffset);
  }
}

/** @throws TypeError when a method returns something else, such as a promise: the record would be lost in silence */
function outcomeOf<Reason extends string>(result: unknown): Outcome<Reason> {
  if (KINDS.includes((result as Partial<Outcome> | undefined)?.kind))
    return result as Outcome<Reason>;
  throw new TypeError(`A rule returns emit(value), DROP or deadLetter(reason, stage). ${HINT}`);
}
