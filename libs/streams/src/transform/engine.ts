import { EngineFrame } from '../engine/engine-frame.ts';
import type { EngineOptions } from '../engine/engine-frame.ts';
import { Fetcher } from '../fetch/fetcher.ts';
import type { Reading } from '../fetch/pieces.ts';
import type { Member } from '../group/member.ts';
import { GROUP_TIMEOUTS } from '../group/member-options.ts';
import type { PartitionProgress } from '../watch/progress.ts';
import { transactionalId } from '../transactions/transactional-id.ts';
import { TransactionalProducer } from '../transactions/transactional-producer.ts';
import { Committer } from './committer.ts';
import type { TransformEvent } from './events.ts';
import { Lane } from './lane.ts';
import { DeadInstanceSettler } from './dead-instance-settler.ts';
import type { Around, PlanBatch, PlanContext } from './planned-batch.ts';

/** What a {@link TransformEngine} is made with: the topics that it reads and writes, and how batches are planned. */
export interface TransformOptions extends EngineOptions<TransformEvent> {
  /** All topics that are written to. */
  readonly targets: readonly string[];
  /** Makes the plan of a partition, each time that nothing of an earlier one holds. */
  readonly plan: (context: PlanContext) => PlanBatch;
  readonly around?: Around;
  /** How batches of the input are read. */
  readonly reading: Reading;
  /** How long brokers may gather records before a transaction, in milliseconds; 0: not at all. */
  readonly lingerMs: number;
}

/** A transaction ends before the session of its member does. */
const TRANSACTION_MARGIN_MS = 1_000;

/**
 * Consumes a topic and writes what is planned for each batch, together with where its partition
 * goes on, exactly once: in transactions that the group's coordinator refuses to members of another
 * generation (KIP-98, KIP-447).
 */
export class TransformEngine {
  readonly #options: TransformOptions;
  readonly #frame: EngineFrame<Lane>;
  readonly #fetcher: Fetcher;
  readonly #committer: Committer;
  /** Partitions that cannot be written at the moment, with the reasons. */
  readonly #unwritable = new Map<number, string>();
  readonly #settler: DeadInstanceSettler;

  constructor(options: TransformOptions) {
    this.#options = options;
    const { ports, groupId, instance, input, targets, timeouts = GROUP_TIMEOUTS } = options;
    const { lingerMs, onEvent } = options;
    const { clock } = ports;
    const frame = new EngineFrame<Lane>(options, targets, {
      lane: (partition, progress) => this.#lane(partition, progress),
      onRevoked: (lanes) => this.#release([...lanes.keys()]),
      onLost: (lanes) => {
        void this.#release([...lanes.keys()]);
      },
      onAssigned: () => {
        this.#settler.lookClosely();
      },
    });
    this.#frame = frame;
    const { cluster, member } = frame;
    const timeoutMs = timeouts.sessionMs - TRANSACTION_MARGIN_MS;
    const settling = { cluster, clock, groupId, instance, topic: input, targets, timeoutMs };
    this.#settler = new DeadInstanceSettler(settling);
    const onFatal = (error: unknown): void => {
      frame.fail(error);
    };
    this.#fetcher = new Fetcher({ cluster, clock, topic: input, lingerMs, onFatal });
    this.#committer = new Committer({
      cluster,
      clock,
      member,
      groupId,
      topic: input,
      producer: (number) => {
        const id = transactionalId({ groupId, topic: input, instance }, number);
        return new TransactionalProducer({ cluster, transactionalId: id, timeoutMs });
      },
      onUnstable: async (attempt) => {
        await this.#settler.settle(attempt);
      },
      onWaiting: (partition, reason) => {
        this.#onUnwritable(partition, reason);
      },
      onOutcome: (outcome, cause) => {
        onEvent({ kind: 'transaction', outcome, cause });
      },
      onFatal,
    });
  }

  get member(): Pick<Member, 'state' | 'provenAt' | 'owned' | 'identity'> {
    return this.#frame.member;
  }

  /** Why the process should be replaced; undefined: it need not be. */
  get stalled(): string | undefined {
    return this.#frame.watch.stalled;
  }

  /** By partition, how far the instance is with it. */
  get progress(): ReadonlyMap<number, PartitionProgress> {
    return this.#frame.watch.partitions;
  }

  /** By partition, what it waits for; only those that do. */
  get waiting(): ReadonlyMap<number, string> {
    const waiting = new Map(this.#unwritable);
    for (const [partition, lane] of this.#frame.lanes) {
      if (lane.waiting !== undefined) waiting.set(partition, lane.waiting);
    }
    return waiting;
  }

  /** See {@link EngineFrame.describe}. */
  describe(): Readonly<Record<string, unknown>> {
    return this.#frame.describe();
  }

  /** Works until it is {@link stop}ped; failures go to `onFatal`. */
  start(): void {
    this.#frame.start({
      work: () => Promise.all([this.#committer.run(), this.#settler.run()]),
    });
  }

  /** Finishes the transaction that is under way, and leaves the group. */
  stop(): Promise<void> {
    this.#settler.close();
    return this.#frame.stop(async (lanes) => {
      void this.#release([...lanes.keys()]);
      await this.#committer.close();
      this.#fetcher.close();
    });
  }

  #lane(partition: number, progress: PartitionProgress): Lane {
    const { groupId, input, plan, around, reading, onEvent, ports } = this.#options;
    const { cluster } = this.#frame;
    const { clock } = ports;
    return new Lane(partition, {
      cluster,
      clock,
      groupId,
      topic: input,
      fetcher: this.#fetcher,
      reading,
      committer: this.#committer,
      plan: (signal) => plan({ partition, cluster, clock, signal }),
      around,
      progress,
      onEvent,
      onUnstable: async (attempt) => {
        await this.#settler.settle(attempt);
      },
    });
  }

  /** Resolves when nothing is done for partitions any more. */
  #release(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) this.#unwritable.delete(partition);
    return this.#committer.release(partitions);
  }

  #onUnwritable(partition: number, reason: string | undefined): void {
    if (reason === this.#unwritable.get(partition)) return;
    if (reason === undefined) this.#unwritable.delete(partition);
    else this.#unwritable.set(partition, reason);
    const now = this.#options.ports.clock.now();
    this.#frame.watch.partitions.get(partition)?.waiting(reason !== undefined, now);
    this.#options.onEvent({ kind: 'waiting', partition, reason });
  }
}
