import type { Cluster } from '../cluster/cluster.ts';
import { compareWithLog } from '../positions/compare-with-log.ts';
import type { ComparedPosition } from '../positions/compare-with-log.ts';
import { committedOffsets, UnstableOffsetError } from '../positions/positions.ts';
import type { Committed } from '../positions/positions.ts';

/** Where a position is above the log's end, and nothing tells why: an operator has to decide. */
export class ImpossiblePositionError extends Error {
  override readonly name = 'ImpossiblePositionError';
  readonly code = 'IMPOSSIBLE_POSITION';
  readonly partition: number;

  constructor(topic: string, partition: number, offset: bigint, end: bigint) {
    super(
      `The group has committed offset ${offset} of partition ${partition} of "${topic}", which ends at ${end}`,
    );
    this.partition = partition;
  }
}

/** Where a partition is to be read, and why there. */
export interface FoundPosition extends ComparedPosition {
  /** Undefined: the group has committed nothing. */
  readonly committed: Committed | undefined;
}

export interface PositionFinderOptions {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Asked again and again: the partition may be given up while its position is looked for. */
  readonly isOver: () => boolean;
  /** The offset is undecided for long; undefined: it is decided. */
  readonly onWaiting: (reason: string | undefined) => void;
  /** See {@link CommitterOptions.onUnstable}. */
  readonly onUnstable: (attempt: number) => Promise<void>;
}

const PAUSE_MS = 50;
/** Markers take milliseconds: offsets that are undecided for so many looks wait for something else. */
const UNSTABLE_LOOKS = 4;

/** Finds where a partition goes on: what the group has committed for sure, compared with the log as it is. */
export class PositionFinder {
  readonly #options: PositionFinderOptions;

  constructor(options: PositionFinderOptions) {
    this.#options = options;
  }

  /**
   * @returns undefined when it has to be looked for again, or the partition is given up
   * @throws ImpossiblePositionError, or ProtocolError, UnansweredError, UnreachableError
   */
  async find(): Promise<FoundPosition | undefined> {
    const { cluster, topic, partition, isOver } = this.#options;
    const committed = await this.#stable();
    if (isOver()) return undefined;
    const compared = await compareWithLog(cluster, topic, partition, committed);
    if (compared === undefined) return undefined;
    const { resume, end } = compared;
    if (resume.kind === 'impossible') {
      throw new ImpossiblePositionError(topic, partition, resume.offset, end);
    }
    return { committed, ...compared };
  }

  /** @returns what the group has committed, as soon as nothing that is under way can move it */
  async #stable(): Promise<Committed | undefined> {
    const { cluster, groupId, topic, partition, isOver, onWaiting, onUnstable } = this.#options;
    for (let look = 1; ; look += 1) {
      try {
        const committed = await committedOffsets(cluster, groupId, topic, [partition]);
        if (look > UNSTABLE_LOOKS) onWaiting(undefined);
        return committed.get(partition);
      } catch (error) {
        if (!(error instanceof UnstableOffsetError)) throw error;
        if (isOver()) return undefined;
        if (look > UNSTABLE_LOOKS) {
          onWaiting(
            'Its offset is undecided: a transaction that another instance left behind is open',
          );
          await onUnstable(look - UNSTABLE_LOOKS - 1);
        }
      }
      await cluster.pause(PAUSE_MS * Math.min(look, UNSTABLE_LOOKS));
    }
  }
}
