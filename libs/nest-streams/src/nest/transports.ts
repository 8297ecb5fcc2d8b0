import type { CommitPlan } from '@login-pipeline/streams';
import { BatchTransport } from './batch-transport.ts';
import { SnapshotConsumer } from '../snapshots/snapshot-consumer.ts';
import type { SnapshotOptions } from '../snapshots/snapshot-options.ts';
import type { TransactionalOptions } from '../transactions/transactional-options.ts';
import { TransactionalConsumer } from '../transactions/transactional-consumer.ts';

/**
 * A transport whose handler returns a {@link CommitPlan}, which is carried out exactly once: outputs,
 * dead letters and the next offset in one transaction.
 */
export function transactionalTransport(
  source: string,
  options: TransactionalOptions,
): BatchTransport<CommitPlan> {
  return new BatchTransport(source, (handle) => TransactionalConsumer.create(options, handle));
}

/**
 * A transport whose handler folds batches into a state per partition, which counts every record exactly
 * once: state and next offset are kept together in one record of a compacted topic.
 */
export function snapshotTransport(source: string, options: SnapshotOptions): BatchTransport<void> {
  return new BatchTransport(source, (handle) => SnapshotConsumer.create(options, handle));
}
