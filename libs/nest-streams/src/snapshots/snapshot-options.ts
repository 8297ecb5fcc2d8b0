import type { Logger, Metrics, Tracing } from '@login-pipeline/observability';
import type { KafkaConnection } from '../client/connection.ts';
import type { TopicRole } from '../client/topics.ts';
import type { Changes } from './changes.ts';
import type { PartitionStates } from './partition-states.ts';

export interface SnapshotOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly input: TopicRole;
  readonly snapshots: TopicRole;
  /** Milliseconds between two snapshots of a partition that changes. */
  readonly snapshotIntervalMs: number;
  readonly stallTimeoutMs: number;
  readonly states: PartitionStates;
  /** Undefined: no changes are written beside the snapshots. */
  readonly changes?: Changes | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined while traces are off. */
  readonly tracing?: Tracing | undefined;
  /** The consumer cannot go on; the process has to end. */
  readonly onFatal: (error: unknown) => void;
}
