import type { OutgoingRecord } from '../records/record.ts';

/**
 * What an application writes for the readers of a topic beside its snapshots, such as sinks, to which a snapshot says
 * nothing. A change is in the topic before the snapshot that contains it: a restore of an older snapshot folds the
 * same records again and so comes upon the same changes.
 *
 * A change may come twice, or late: readers have to see of two which one is newer.
 */
export interface Changes {
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

/** Where records are written, and what is taken there. */
export interface WrittenTopic {
  readonly topic: string;
  /** `max.message.bytes` */
  readonly maxMessageBytes: number;
}
