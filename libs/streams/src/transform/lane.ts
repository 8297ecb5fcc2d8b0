import type { Cluster, Leader } from '../cluster/cluster.ts';
import { isUnheard } from '../cluster/cluster.ts';
import { isRefused, ProtocolError } from '../cluster/protocol-error.ts';
import { UnreadableBatchError } from '../fetch/errors.ts';
import type { Fetcher, FetchPosition } from '../fetch/fetcher.ts';
import {
  PartitionReader,
  PositionLostError,
  ReaderClosedError,
} from '../fetch/partition-reader.ts';
import type { Piece, Reading } from '../fetch/pieces.ts';
import type { FlowCounts } from '../plan/flow.ts';
import { addFlow, NO_FLOW } from '../plan/flow.ts';
import { UndecidedError } from '../plan/undecided-error.ts';
import { encodeCommitMetadata } from '../positions/commit-metadata.ts';
import {
  boundsOf,
  committedOffsets,
  epochEndOf,
  UnstableOffsetError,
} from '../positions/positions.ts';
import type { Committed } from '../positions/positions.ts';
import { resume } from '../positions/resume.ts';
import type { ConsumedBatch } from '../records/record.ts';
import type { Write } from '../transactions/produce.ts';
import type { Committer } from './committer.ts';
import type { Settled } from './entry.ts';
import type { EngineEvent } from './events.ts';
import type { RefusedWrite } from './merged-writes.ts';

/** All that a batch comes to. */
export interface PlannedBatch {
  readonly writes: readonly Write[];
  readonly counts: FlowCounts;
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

export interface LaneOptions {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly topic: string;
  readonly fetcher: Fetcher;
  readonly reading: Reading;
  readonly committer: Committer;
  readonly plan: PlanBatch;
  readonly onEvent: (event: EngineEvent) => void;
  /** See {@link CommitterOptions.onUnstable}. */
  readonly onUnstable: (attempt: number) => Promise<void>;
}

/** Where a position is above the log's end, and nothing tells why. */
export class ImpossiblePositionError extends Error {
  override readonly name = 'ImpossiblePositionError';
}

const NOTHING: PlannedBatch = { writes: [], counts: NO_FLOW };

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** Markers take milliseconds: offsets that are undecided for so many looks wait for something else. */
const UNSTABLE_LOOKS = 4;

/** One partition, for as long as it is the member's: reads it, plans its batches and has them committed, one after another. */
export class Lane {
  readonly partition: number;
  readonly #options: LaneOptions;
  readonly #reader: PartitionReader;
  #isClosed = false;
  /** As the group has it. */
  #committed: Committed | undefined;
  #flow = NO_FLOW;
  /** What the partition waits for. */
  #waiting: string | undefined;

  constructor(partition: number, options: LaneOptions) {
    this.partition = partition;
    this.#options = options;
    const { topic, fetcher, reading } = options;
    this.#reader = new PartitionReader(topic, partition, fetcher, reading);
  }

  /** Works until it is closed. @throws what cannot be repeated away */
  async run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.#isOver()) {
      try {
        const position = await this.#position();
        if (position !== undefined) await this.#work(position);
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (error instanceof ReaderClosedError || this.#isOver()) return;
        if (error instanceof PositionLostError && error.failure === 'moved') continue;
        if (error instanceof UnreadableBatchError) this.#wait(error.message);
        else if (!mayPass(error)) throw error;
        await this.#options.cluster.refresh().catch(() => undefined);
      }
      await this.#options.cluster.pause(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#reader.close();
  }

  /** @param reason undefined: it waits no more */
  #wait(reason: string | undefined): void {
    if (this.#waiting === reason) return;
    this.#waiting = reason;
    this.#options.onEvent({ kind: 'waiting', partition: this.partition, reason });
  }

  /** Asked anew each time: it may end during any wait. */
  #isOver(): boolean {
    return this.#isClosed;
  }

  /** Reads on until the partition goes on elsewhere. */
  async #work(position: FetchPosition): Promise<void> {
    for await (const piece of this.#reader.read(position)) {
      if (!(await this.#process(piece, position))) return;
    }
  }

  /** @returns whether the next piece follows: else the partition goes on elsewhere */
  async #process({ records, nextOffset }: Piece, position: FetchPosition): Promise<boolean> {
    const { topic, plan } = this.#options;
    const { partition } = this;
    const batch = { topic, partition, records, nextOffset: BigInt(nextOffset) };
    let refused: readonly RefusedWrite[] = [];
    while (!this.#isOver()) {
      const planned = await plan(batch, refused).catch(undecided);
      if (this.#isOver()) return false;
      if (planned instanceof UndecidedError) {
        await this.#waitFor(planned);
        continue;
      }
      const settled = await this.#commit(planned, batch.nextOffset, position);
      if (settled.kind !== 'refused') return settled.kind === 'committed';
      refused = [...refused, ...settled.refused];
    }
    return false;
  }

  async #commit(
    { writes, counts }: PlannedBatch,
    offset: bigint,
    { topicId, leaderEpoch }: FetchPosition,
  ): Promise<Settled> {
    const { topic, committer } = this.#options;
    const { partition } = this;
    const flow = addFlow(this.#flow, counts);
    const metadata = encodeCommitMetadata({ flow, topicId });
    const settled = await committer.submit({
      partition,
      writes,
      offset: { topic, partition, offset, leaderEpoch, metadata },
      topicId,
      before: this.#committed,
      isCurrent: () => !this.#isOver(),
    });
    if (settled.kind === 'committed') {
      this.#wait(undefined);
      this.#flow = flow;
      this.#committed = { offset, topicId, leaderEpoch, flow };
    }
    return settled;
  }

  /** A topic may be missing: the next look at the cluster tells. */
  async #waitFor({ message }: UndecidedError): Promise<void> {
    const { cluster } = this.#options;
    this.#wait(message);
    await cluster.pause(LONGEST_PAUSE_MS);
    await cluster.refresh().catch(() => undefined);
  }

  /** @returns where to read; undefined while that is not known */
  async #position(): Promise<FetchPosition | undefined> {
    const { cluster, topic, onEvent } = this.#options;
    const { partition } = this;
    this.#committed = await this.#stable();
    const leader = cluster.leader(topic, partition);
    const topicId = cluster.topic(topic)?.topicId;
    if (leader === undefined || topicId === undefined || this.#isOver()) {
      await cluster.refresh();
      return undefined;
    }
    const committed = this.#committed;
    if (!(await this.#isUpToDate(topicId, committed?.topicId))) return undefined;
    const bounds = await boundsOf(cluster, topic, partition, leader);
    const epochEnd = await this.#epochEnd(leader, committed, topicId);
    const found = resume(committed, { ...bounds, topicId, epochEnd });
    if (this.#isOver()) return undefined;
    onEvent({
      kind: 'positioned',
      partition,
      resume: found,
      committed: committed?.offset,
      end: bounds.end,
    });
    if (found.kind === 'impossible') {
      throw new ImpossiblePositionError(
        `The group has committed offset ${found.offset} of partition ${partition} of "${topic}", which ends at ${bounds.end}`,
      );
    }
    this.#flow = this.#flowFrom(found);
    const position = { topicId, offset: found.offset, leaderEpoch: leader.epoch };
    if (found.kind === 'resume') return position;
    // From here on there is something committed that says where the group is. Should it be missing later, then it was deleted,
    // with the topic or by an operator: it says nothing about the transaction that is under way.
    const { kind } = await this.#commit(NOTHING, found.offset, position);
    return kind === 'committed' ? position : undefined;
  }

  /** Another member may know sooner than this one that the topic was created anew: then the id that is known here is the older one. */
  async #isUpToDate(topicId: string, committed: string | undefined): Promise<boolean> {
    const { cluster, topic } = this.#options;
    if (committed === undefined || committed === topicId) return true;
    const ids = await cluster.topicIds(topic);
    if (ids.size === 1 && ids.has(topicId)) return true;
    await cluster.refresh();
    return false;
  }

  /** The counts go on with the records; after a gap they begin anew. */
  #flowFrom({ kind, offset }: { readonly kind: string; readonly offset: bigint }): FlowCounts {
    const { flow = NO_FLOW } = this.#committed ?? {};
    return kind === 'resume' ? flow : { ...NO_FLOW, uncounted: Number(offset) };
  }

  #epochEnd(
    leader: Leader,
    committed: Committed | undefined,
    topicId: string,
  ): Promise<bigint | undefined> {
    const { cluster, topic } = this.#options;
    // An epoch of another topic says nothing.
    if (committed?.topicId !== topicId) return Promise.resolve(undefined);
    return epochEndOf(cluster, topic, this.partition, leader, committed.leaderEpoch);
  }

  /** @returns what the group has committed, as soon as nothing that is under way can move it */
  async #stable(): Promise<Committed | undefined> {
    const { cluster, groupId, topic, onUnstable } = this.#options;
    for (let look = 1; ; look += 1) {
      try {
        const committed = await committedOffsets(cluster, groupId, topic, [this.partition]);
        if (look > UNSTABLE_LOOKS) this.#wait(undefined);
        return committed.get(this.partition);
      } catch (error) {
        if (!(error instanceof UnstableOffsetError)) throw error;
        if (this.#isOver()) throw new ReaderClosedError('The lane is closed');
        if (look > UNSTABLE_LOOKS) {
          this.#wait(
            'Its offset is undecided: a transaction that another instance left behind is open',
          );
          await onUnstable(look - UNSTABLE_LOOKS - 1);
        }
      }
      await cluster.pause(FIRST_PAUSE_MS * Math.min(look, UNSTABLE_LOOKS));
    }
  }
}

/** @returns whether the same may go well later */
function mayPass(error: unknown): boolean {
  if (isUnheard(error) || error instanceof PositionLostError) return true;
  return error instanceof ProtocolError && !isRefused(error);
}

/** @throws what is a bug of the plan */
function undecided(error: unknown): UndecidedError {
  if (error instanceof UndecidedError) return error;
  throw error;
}
