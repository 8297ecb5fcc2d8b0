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
    return this.plan(batch, (record) => handle(record, partition) as Outcome<Reason>);
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
    for (const record of records) handle(record, partition);
    this.#states.advance(partition, nextOffset);
  }
}
