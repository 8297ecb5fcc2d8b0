import type { Codec } from '@login-pipeline/streams';
import type { Logger, Metrics, Tracing } from '@login-pipeline/observability';
import type { KafkaConnection } from '../client/connection.ts';
import type { TopicRole } from '../client/topics.ts';

/** A compacted topic for the latest output of each key. */
export interface LatestRole extends TopicRole {
  /** The header in which a record repeats its time, epoch ms. */
  readonly timeHeader: string;
}

export interface TransactionalOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly input: TopicRole;
  readonly output: TopicRole;
  readonly deadLetter: TopicRole;
  /** A compacted topic for the latest output of each key; absent: none is kept. */
  readonly latest?: LatestRole | undefined;
  /** How long the broker may gather records before it answers a fetch, in milliseconds. */
  readonly lingerMs: number;
  /** The most records of one produce request. */
  readonly batchMaxRecords: number;
  readonly compression: Codec;
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined while traces are off. */
  readonly tracing?: Tracing | undefined;
  /** The consumer cannot go on; the process has to end. */
  readonly onFatal: (error: unknown) => void;
}
