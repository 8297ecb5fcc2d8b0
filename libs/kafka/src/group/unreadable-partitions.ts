import type { BatchPlace, UnreadableBatchError } from '@login-pipeline/streams';
import type { Logger, Metrics } from '@login-pipeline/observability';

/** A batch that was damaged on its way is whole at once; one that is damaged on the broker takes an operator. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** Of the watchdog's time-out: to it an attempt is progress. */
const LONGEST_PAUSE = 1 / 4;

export interface UnreadableOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics | undefined;
  /** Keeps a partition from being fetched. */
  readonly pause: (partition: number) => void;
  /** Has a partition fetched again, from an offset on. */
  readonly resume: (partition: number, offset: bigint) => void;
}

/** A partition whose next batch cannot be read. */
interface Held {
  readonly offset: number;
  readonly reason: string;
  attempts: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Partitions that wait because a batch cannot be read: each is fetched again now and then, so that it goes on by itself
 * once the batch is whole or the group was moved past it. The others do not wait.
 */
export class UnreadablePartitions {
  readonly #options: UnreadableOptions;
  readonly #held = new Map<number, Held>();

  constructor(options: UnreadableOptions) {
    this.#options = options;
    const { metrics } = options;
    metrics?.onScrape(() => {
      metrics.set('consumer_unreadable_partitions', {}, this.#held.size);
    });
  }

  /** Has a partition wait. @param position where it goes on: at the batch, or within it */
  hold(error: UnreadableBatchError, position: bigint): void {
    const { partition, offset } = error.place;
    const { pause, resume } = this.#options;
    const before = this.#held.get(partition);
    const isKnown = before?.offset === offset;
    const held: Held = isKnown
      ? before
      : { offset, reason: error.message, attempts: 0, timer: undefined };
    clearTimeout(before?.timer);
    this.#held.set(partition, held);
    if (!isKnown) this.#report(error);
    pause(partition);
    held.timer = setTimeout(() => {
      resume(partition, position);
    }, this.#pauseMs(held.attempts));
    held.attempts += 1;
  }

  /** Something of a partition was read. */
  passed(partition: number): void {
    if (!this.#held.delete(partition)) return;
    const { logger, topic } = this.#options;
    logger.info({ topic, partition }, 'The partition goes on: its next batch can be read');
  }

  /** An assignment, or the end: the partition's next owner finds out by itself. */
  forgetAll(): void {
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }

  /** @returns why not all of the topic is consumed, or undefined when it is */
  notReady(): string | undefined {
    const reasons = Array.from(this.#held.values(), ({ reason }) => reason);
    return reasons.length === 0 ? undefined : reasons.join('; ');
  }

  #report({ message, place }: UnreadableBatchError): void {
    const { groupId, logger } = this.#options;
    const { topic, partition, offset, lastOffset } = place;
    logger.error(
      { topic, partition, offset, lastOffset },
      `${message}. ${unreadableAdvice(groupId, place)}`,
    );
  }

  #pauseMs(attempts: number): number {
    const longest = Math.min(LONGEST_PAUSE_MS, this.#options.stallTimeoutMs * LONGEST_PAUSE);
    return Math.min(FIRST_PAUSE_MS * 2 ** attempts, longest);
  }
}

/** @returns what becomes of a partition with a batch that cannot be read, and what an operator can do */
export function unreadableAdvice(
  groupId: string,
  { topic, partition, lastOffset }: BatchPlace,
): string {
  const [to, hint] =
    lastOffset === undefined
      ? [
          'OFFSET',
          '. OFFSET is where the next batch begins, which the damaged one does not say for sure: ' +
            'look at what would be skipped, then add --yes',
        ]
      : [`${lastOffset + 1} --yes`, ''];
  return (
    "Its partition waits, the others go on. Look at the brokers' disks and network; it is tried again. " +
    `To give the batch up, stop all members of the group, then: GROUP_ID=${groupId} INPUT_TOPIC=${topic} ` +
    `npm run positions -- set --partition ${partition} --to ${to}${hint}`
  );
}
