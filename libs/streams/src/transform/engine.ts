import { Cluster } from '../cluster/cluster.ts';
import { passing } from '../cluster/protocol-error.ts';
import { Fetcher } from '../fetch/fetcher.ts';
import type { Reading } from '../fetch/pieces.ts';
import { Member } from '../group/member.ts';
import { GROUP_TIMEOUTS } from '../group/member-options.ts';
import type { GroupTimeouts } from '../group/member-options.ts';
import type { Ports } from '../ports.ts';
import { Alarm } from '../timing/alarm.ts';
import type { PartitionProgress } from '../watch/progress.ts';
import { StalledError } from '../watch/stalled-error.ts';
import { Watch } from '../watch/watch.ts';
import { transactionalId } from '../transactions/transactional-id.ts';
import { TransactionalProducer } from '../transactions/transactional-producer.ts';
import { Committer } from './committer.ts';
import type { EngineEvent } from './events.ts';
import { Lane } from './lane.ts';
import { DeadSettler } from './dead-settler.ts';
import { describeEngine } from './describe-engine.ts';
import type { Around, PlanBatch, PlanContext } from './planned-batch.ts';

export interface TransformOptions {
  readonly ports: Ports;
  readonly groupId: string;
  /** Another one for each process, those before it included; without a slash or a blank. */
  readonly instance: string;
  readonly input: string;
  /** All topics that are written to. */
  readonly targets: readonly string[];
  /** Makes the plan of a partition, each time that nothing of an earlier one holds. */
  readonly plan: (context: PlanContext) => PlanBatch;
  readonly around?: Around;
  readonly reading: Reading;
  /** How long brokers may gather records before a transaction, in milliseconds; 0: not at all. */
  readonly lingerMs: number;
  /** For how long a partition with unread records may stand still, in milliseconds. */
  readonly stallTimeoutMs: number;
  readonly timeouts?: GroupTimeouts;
  readonly onEvent: (event: EngineEvent) => void;
  /** The engine cannot go on; told once. */
  readonly onFatal: (error: unknown) => void;
}

/** A transaction ends before the session of its member does. */
const TRANSACTION_MARGIN_MS = 1_000;
/** How old the counts of partitions and the topics' ids may be. */
const REFRESH_MS = 5_000;
/**
 * Consumes a topic and writes what is planned for each batch, together with where its partition goes on, exactly once: in
 * transactions that the group's coordinator refuses to members of another generation (KIP-98, KIP-447).
 */
export class TransformEngine {
  readonly #options: TransformOptions;
  readonly #cluster: Cluster;
  readonly #member: Member;
  readonly #fetcher: Fetcher;
  readonly #committer: Committer;
  readonly #watch: Watch;
  /** Partitions that cannot be written at the moment, with the reasons. */
  readonly #unwritable = new Map<number, string>();
  readonly #lanes = new Map<number, Lane>();
  readonly #refresher: Alarm;
  readonly #settler: DeadSettler;
  #isStopped = false;
  #hasFailed = false;

  constructor(options: TransformOptions) {
    this.#options = options;
    const { ports, groupId, instance, input, targets, timeouts = GROUP_TIMEOUTS } = options;
    const { lingerMs, stallTimeoutMs, onEvent } = options;
    const { clock } = ports;
    const cluster = new Cluster(ports, [input, ...targets], (throttled) => {
      this.#watch.excuse(throttled.ms);
      onEvent({ kind: 'throttled', ...throttled });
    });
    this.#cluster = cluster;
    this.#refresher = new Alarm(clock);
    const timeoutMs = timeouts.sessionMs - TRANSACTION_MARGIN_MS;
    const settling = { cluster, clock, groupId, instance, topic: input, targets, timeoutMs };
    this.#settler = new DeadSettler(settling);
    const onFatal = (error: unknown): void => {
      this.#fail(error);
    };
    this.#member = new Member({
      cluster,
      clock,
      groupId,
      topic: input,
      instance,
      timeouts,
      onAssigned: (partitions) => {
        this.#assign(partitions);
      },
      onRevoked: (partitions) => this.#revoke(partitions),
      onLost: () => {
        this.#lose();
      },
      onState: (state) => {
        const { generation } = this.#member.identity;
        onEvent({ kind: 'member', state, generation });
      },
    });
    this.#fetcher = new Fetcher({ cluster, clock, topic: input, lingerMs, onFatal });
    this.#committer = new Committer({
      cluster,
      clock,
      member: this.#member,
      groupId,
      topic: input,
      producer: (number) => {
        const id = transactionalId({ groupId, topic: input, instance }, number);
        return new TransactionalProducer({ cluster, transactionalId: id, groupId, timeoutMs });
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
    this.#watch = new Watch({
      cluster,
      clock,
      topic: input,
      stallTimeoutMs,
      membershipTimeoutMs: Math.max(stallTimeoutMs, timeouts.rebalanceMs + timeouts.sessionMs),
      provenAt: () => this.#member.provenAt,
      onStalled: (cause, reason) => {
        onEvent({ kind: 'stalled', cause });
        const told = `No progress on "${input}" in group "${groupId}": ${reason}`;
        this.#fail(new StalledError(told, { diagnosis: this.describe() }));
      },
    });
  }

  get member(): Pick<Member, 'state' | 'provenAt' | 'owned' | 'identity'> {
    return this.#member;
  }

  /** Why the process should be replaced; undefined: it need not be. */
  get stalled(): string | undefined {
    return this.#watch.stalled;
  }

  /** By partition, how far the instance is with it. */
  get progress(): ReadonlyMap<number, PartitionProgress> {
    return this.#watch.partitions;
  }

  /** By partition, what it waits for; only those that do. */
  get waiting(): ReadonlyMap<number, string> {
    const waiting = new Map(this.#unwritable);
    for (const [partition, lane] of this.#lanes) {
      if (lane.waiting !== undefined) waiting.set(partition, lane.waiting);
    }
    return waiting;
  }

  /** @returns all that tells why nothing moves: states, offsets, times and counts, nothing of what records hold */
  describe(): Readonly<Record<string, unknown>> {
    const now = this.#options.ports.clock.now();
    return describeEngine(this.#member, this.#watch.partitions, this.#lanes, now);
  }

  /** Works until it is {@link stop}ped; failures go to `onFatal`. */
  start(): void {
    const works = [this.#refresh(), this.#run(), this.#watch.run(), this.#settler.run()];
    for (const work of works) {
      work.catch((error: unknown) => {
        this.#fail(error);
      });
    }
  }

  /** Finishes the transaction that is under way, and leaves the group. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#refresher.ring();
    this.#settler.close();
    this.#watch.close();
    this.#lose();
    await this.#committer.close();
    this.#fetcher.close();
    await this.#member.leave();
  }

  async #run(): Promise<void> {
    while (this.#cluster.topic(this.#options.input) === undefined) {
      if (this.#isStopped) return;
      await this.#cluster.refresh().catch(passing);
      if (this.#cluster.topic(this.#options.input) === undefined) await this.#cluster.pause();
    }
    await Promise.all([this.#member.run(), this.#committer.run()]);
  }

  async #refresh(): Promise<void> {
    while (!this.#isStopped) {
      await this.#refresher.sleep(REFRESH_MS);
      await this.#cluster.refresh().catch(passing);
    }
  }

  #assign(partitions: readonly number[]): void {
    if (this.#isStopped) return;
    this.#settler.lookClosely();
    this.#options.onEvent({ kind: 'assigned', partitions });
    for (const partition of partitions) {
      const { groupId, input, plan, around, reading, onEvent, ports } = this.#options;
      const context = { partition, cluster: this.#cluster, clock: ports.clock };
      const lane = new Lane(partition, {
        cluster: this.#cluster,
        clock: ports.clock,
        groupId,
        topic: input,
        fetcher: this.#fetcher,
        reading,
        committer: this.#committer,
        plan: (signal) => plan({ ...context, signal }),
        around,
        progress: this.#watch.open(partition),
        onEvent,
        onUnstable: async (attempt) => {
          await this.#settler.settle(attempt);
        },
      });
      this.#lanes.set(partition, lane);
      lane.run().catch((error: unknown) => {
        this.#fail(error);
      });
    }
  }

  async #revoke(partitions: readonly number[]): Promise<void> {
    this.#options.onEvent({ kind: 'revoked', partitions });
    this.#close(partitions);
    await this.#committer.release(partitions);
  }

  #lose(): void {
    const partitions = [...this.#lanes.keys()];
    if (partitions.length === 0) return;
    this.#options.onEvent({ kind: 'lost' });
    this.#close(partitions);
    void this.#committer.release(partitions);
  }

  #close(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#lanes.get(partition)?.close();
      this.#lanes.delete(partition);
      this.#unwritable.delete(partition);
      this.#watch.shut(partition);
    }
  }

  #onUnwritable(partition: number, reason: string | undefined): void {
    if (reason === this.#unwritable.get(partition)) return;
    if (reason === undefined) this.#unwritable.delete(partition);
    else this.#unwritable.set(partition, reason);
    const now = this.#options.ports.clock.now();
    this.#watch.partitions.get(partition)?.waiting(reason !== undefined, now);
    this.#options.onEvent({ kind: 'waiting', partition, reason });
  }

  #fail(error: unknown): void {
    if (this.#isStopped || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#options.onFatal(error);
  }
}
