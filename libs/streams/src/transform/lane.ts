import type { Cluster } from '../cluster/cluster.ts';
import type { EngineLane, InFlight } from '../engine/engine-lane.ts';
import type { Fetcher, FetchPosition } from '../fetch/fetcher.ts';
import { PartitionWork } from '../fetch/partition-work.ts';
import type { Piece, Reading } from '../fetch/pieces.ts';
import type { FlowCounts } from '../plan/flow.ts';
import { addFlow, NO_FLOW } from '../plan/flow.ts';
import { UndecidedError } from '../plan/undecided-error.ts';
import { encodeCommitMetadata } from '../positions/commit-metadata.ts';
import type { Committed } from '../positions/positions.ts';
import type { Resume } from '../positions/resume.ts';
import type { Clock } from '../ports.ts';
import type { ConsumedBatch } from '../records/record.ts';
import type { PartitionProgress } from '../watch/progress.ts';
import type { Committer } from './committer.ts';
import type { Settled } from './entry.ts';
import type { TransformEvent } from './events.ts';
import { PositionFinder } from './find-position.ts';
import type { RefusedWrite } from './merged-writes.ts';
import type { Around, PlanBatch, PlannedBatch } from './planned-batch.ts';

/** Where a partition goes on, with the counts of what lies before. */
interface GoOn {
  readonly offset: bigint;
  readonly flow: FlowCounts;
}

export interface LaneOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly groupId: string;
  readonly topic: string;
  readonly fetcher: Fetcher;
  readonly reading: Reading;
  readonly committer: Committer;
  /** Makes a plan that remembers nothing of what was planned and not committed. */
  readonly plan: (signal: AbortSignal) => PlanBatch;
  readonly around: Around | undefined;
  readonly progress: PartitionProgress;
  readonly onEvent: (event: TransformEvent) => void;
  /** See {@link CommitterOptions.onUnstable}. */
  readonly onUnstable: (attempt: number) => Promise<void>;
}

/** How long what keeps a batch from being decided is waited for before it is looked at again. */
const UNDECIDED_PAUSE_MS = 1_000;

/**
 * One partition, for as long as it is the member's: reads it, plans its batches and has them
 * committed, one after another.
 */
export class Lane implements EngineLane {
  readonly partition: number;
  readonly #options: LaneOptions;
  readonly #work: PartitionWork;
  readonly #finder: PositionFinder;
  /** As the group has it. */
  #committed: Committed | undefined;
  #plan: PlanBatch | undefined;
  #inFlight: InFlight | undefined;

  constructor(partition: number, options: LaneOptions) {
    this.partition = partition;
    this.#options = options;
    const { onEvent } = options;
    this.#work = new PartitionWork({
      ...options,
      partition,
      turn: () => options.committer.turns.next,
      position: () => this.#position(),
      process: (piece, position) => this.#process(piece, position),
      onUnreadable: ({ message, place }) => {
        if (this.waiting !== message) onEvent({ kind: 'unreadable', place, message });
      },
      onWaiting: (reason) => {
        onEvent({ kind: 'waiting', partition, reason });
      },
    });
    this.#finder = new PositionFinder({
      ...options,
      partition,
      isOver: () => this.#isOver(),
      onWaiting: (reason) => {
        this.#work.wait(reason);
      },
    });
  }

  get inFlight(): InFlight | undefined {
    return this.#inFlight;
  }

  get waiting(): string | undefined {
    return this.#work.waiting;
  }

  run(): Promise<void> {
    return this.#work.run();
  }

  close(): void {
    this.#work.close();
  }

  /** Asked anew each time: it may end during any wait. */
  #isOver(): boolean {
    return this.#work.signal.aborted;
  }

  /** @returns whether the next piece follows: else the partition goes on elsewhere */
  async #process({ records, from, nextOffset }: Piece, position: FetchPosition): Promise<boolean> {
    const { topic, around, clock } = this.#options;
    const batch = { topic, partition: this.partition, records, nextOffset: BigInt(nextOffset) };
    const work = (): Promise<boolean> => this.#transact(batch, position);
    if (records.length === 0) return work();
    const since = clock.now();
    this.#inFlight = { from: BigInt(from), records: records.length, since };
    try {
      const isCommitted = await (around === undefined ? work() : around(batch, work));
      if (isCommitted) {
        const done = { partition: this.partition, records: records.length };
        this.#options.onEvent({ kind: 'committed', ...done, ms: clock.now() - since });
      }
      return isCommitted;
    } finally {
      this.#inFlight = undefined;
    }
  }

  /** Plans a batch and has it committed, in another way where records are refused. @returns whether it is committed */
  async #transact(batch: ConsumedBatch, position: FetchPosition): Promise<boolean> {
    const plan = (this.#plan ??= this.#options.plan(this.#work.signal));
    let refused: readonly RefusedWrite[] = [];
    while (!this.#isOver()) {
      const submitted = this.#options.committer.turns.plan();
      const planned = await plan(batch, refused).catch(thrown);
      if (planned instanceof Error || this.#isOver()) submitted();
      if (this.#isOver()) return false;
      if (planned instanceof Error) {
        if (!(planned instanceof UndecidedError)) throw planned;
        await this.#waitFor(planned);
        continue;
      }
      const settling = this.#commit(planned, this.#goOn(batch, planned), position);
      submitted();
      const settled = await settling;
      if (settled.kind === 'committed') {
        this.#options.progress.advance(batch.nextOffset, this.#options.clock.now(), timeOf(batch));
        planned.onCommitted?.(settled.written);
        return true;
      }
      if (settled.kind === 'elsewhere') {
        this.#plan = undefined;
        return false;
      }
      refused = [...refused, ...settled.refused];
    }
    return false;
  }

  /** Markers, aborted records and what compaction left out are no records, and no loss either: they are not counted. */
  #goOn({ nextOffset: offset, records }: ConsumedBatch, { counts }: PlannedBatch): GoOn {
    const before = this.#committed ?? { offset, flow: NO_FLOW };
    const uncounted = Number(offset - before.offset) - records.length;
    return { offset, flow: addFlow(addFlow(before.flow, counts), { ...NO_FLOW, uncounted }) };
  }

  async #commit(
    { writes }: Pick<PlannedBatch, 'writes'>,
    { offset, flow }: GoOn,
    { topicId, leaderEpoch }: FetchPosition,
  ): Promise<Settled> {
    const { topic, committer } = this.#options;
    const { partition } = this;
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
      this.#work.wait(undefined);
      this.#committed = { offset, topicId, leaderEpoch, flow };
    }
    return settled;
  }

  /** A topic may be missing: the next look at the cluster tells. */
  async #waitFor({ message }: UndecidedError): Promise<void> {
    const { cluster } = this.#options;
    this.#work.wait(message);
    await cluster.pause(UNDECIDED_PAUSE_MS);
    await cluster.refresh().catch(() => undefined);
  }

  /** @returns where to read; undefined while that is not known */
  async #position(): Promise<FetchPosition | undefined> {
    const { clock, progress, onEvent } = this.#options;
    const { partition } = this;
    const found = await this.#finder.find();
    if (found === undefined || this.#isOver()) return undefined;
    const { committed, resume, position, end } = found;
    this.#committed = committed;
    onEvent({ kind: 'positioned', partition, resume, committed: committed?.offset, end });
    progress.place(position.offset, clock.now());
    if (resume.kind === 'resume') return position;
    // From here on there is something committed that says where the group is. Should it be missing
    // later, then it was deleted, with the topic or by an operator: it says nothing about the
    // transaction that is under way.
    const goOn = { offset: position.offset, flow: flowFrom(committed, resume) };
    const { kind } = await this.#commit({ writes: [] }, goOn, position);
    return kind === 'committed' ? position : undefined;
  }
}

/** The counts go on where records have expired; in another log, or in another part of it, they begin anew. */
function flowFrom(committed: Committed | undefined, found: Resume): FlowCounts {
  if (found.kind !== 'expired') return { ...NO_FLOW, uncounted: Number(found.offset) };
  return addFlow(committed?.flow ?? NO_FLOW, { ...NO_FLOW, uncounted: Number(found.lost) });
}

/** @returns when the last record was written, as its timestamp says, epoch ms */
function timeOf({ records }: ConsumedBatch): number | undefined {
  const last = records.at(-1);
  return last && Number(last.timestamp);
}

/** @returns what a plan has thrown: a bug of it, or that it is undecided */
function thrown(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
