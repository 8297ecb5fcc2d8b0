import type { Cluster } from '../cluster/cluster.ts';
import type { FlowCounts } from '../plan/flow.ts';
import type { Clock } from '../ports.ts';
import type { ConsumedBatch } from '../records/record.ts';
import type { Write, Written } from '../transactions/produce.ts';
import type { RefusedWrite } from './merged-writes.ts';

/** All that a batch comes to. */
export interface PlannedBatch {
  readonly writes: readonly Write[];
  readonly counts: FlowCounts;
  /**
   * All of it is committed.
   *
   * @param written where the brokers put it, in the order of the writes; empty where their answer was lost
   */
  readonly onCommitted?: (written: readonly Written[]) => void;
}

/**
 * Decides about a batch, and encodes what is to be written for it.
 *
 * @param refused what brokers refused of earlier plans for the same batch: it has to be written in another way
 */
export type PlanBatch = (
  batch: ConsumedBatch,
  refused: readonly RefusedWrite[],
) => Promise<PlannedBatch>;

/** What a plan may know of the partition that it is for. */
export interface PlanContext {
  readonly partition: number;
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Aborted when the partition is worked on no more: nothing has to be read for it any longer. */
  readonly signal: AbortSignal;
}

/** Surrounds the work on a batch, from its plan to its commit. */
export type Around = (batch: ConsumedBatch, work: () => Promise<boolean>) => Promise<boolean>;
