import type { OutgoingRecord } from '@login-pipeline/streams';
import type { TopicRole } from '../client/topics.ts';

/**
 * What an application writes for the readers of a topic beside its snapshots, such as sinks, to which a snapshot says
 * nothing. A change is in the topic before the snapshot that contains it: a restore of an older snapshot folds the
 * same records again and so comes upon the same changes.
 */
export interface Changes {
  readonly topic: TopicRole;
  /**
   * @returns what is new in the partition's state since the last call; all of it after a restore
   *   that is not {@link assumeWritten}, or {@link forget}
   */
  since(partition: number): readonly OutgoingRecord[];
  /**
   * All that is in the partition's state, which was just restored, is in the topic, but for what
   * that keeps no longer.
   */
  assumeWritten(partition: number): void;
  /** What the last call gave may not have arrived. */
  forget(partition: number): void;
}
