import { Cluster, isUnheard } from '../cluster/cluster.ts';
import type { Topics } from '../cluster/cluster.ts';
import { isRefused, ProtocolError } from '../cluster/protocol-error.ts';
import { Fetcher } from '../fetch/fetcher.ts';
import type { Reading } from '../fetch/pieces.ts';
import { Member } from '../group/member.ts';
import { GROUP_TIMEOUTS } from '../group/member-options.ts';
import type { GroupTimeouts } from '../group/member-options.ts';
import type { Ports } from '../ports.ts';
import { Alarm } from '../timing/alarm.ts';
import { hasOpenEnds } from '../transactions/open-ends.ts';
import type { Unfinished } from '../transactions/settle-dead.ts';
import { settleDead } from '../transactions/settle-dead.ts';
import { transactionalId } from '../transactions/transactional-id.ts';
import { TransactionalProducer } from '../transactions/transactional-producer.ts';
import { Committer } from './committer.ts';
import type { EngineEvent } from './events.ts';
import { Lane } from './lane.ts';
import type { PlanBatch } from './lane.ts';

export interface TransformOptions {
  readonly ports: Ports;
  readonly groupId: string;
  /** Another one for each process, those before it included; without a slash or a blank. */
  readonly instance: string;
  readonly input: string;
  /** All topics that are written to. */
  readonly targets: readonly string[];
  /** @param topics tells how many partitions the topics have */
  readonly plan: (topics: Topics) => PlanBatch;
  readonly reading: Reading;
  /** How long to wait for more records before a transaction, in milliseconds. */
  readonly lingerMs: number;
  readonly timeouts?: GroupTimeouts;
  readonly onEvent: (event: EngineEvent) => void;
  /** The engine cannot go on; told once. */
  readonly onFatal: (error: unknown) => void;
}

/** A transaction ends before the session of its member does. */
const TRANSACTION_MARGIN_MS = 1_000;
/** How old the counts of partitions and the topics' ids may be. */
const REFRESH_MS = 5_000;
/** How often the targets are looked at for what the dead left open, each a second long: in that time a group settles. */
const OPEN_LOOKS = 10;
const OPEN_PAUSE_MS = 1_000;

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
  readonly #lanes = new Map<number, Lane>();
  readonly #refresher: Alarm;
  readonly #timeoutMs: number;
  #settling: Promise<number> | undefined;
  readonly #unfinished = new Map<string, Unfinished>();
  #isStopped = false;
  #hasFailed = false;

  constructor(options: TransformOptions) {
    this.#options = options;
    const { ports, groupId, instance, input, targets, timeouts = GROUP_TIMEOUTS } = options;
    const { clock } = ports;
    const cluster = new Cluster(ports, [input, ...targets]);
    this.#cluster = cluster;
    this.#refresher = new Alarm(clock);
    this.#timeoutMs = timeouts.sessionMs - TRANSACTION_MARGIN_MS;
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
        options.onEvent({ kind: 'member', state, generation });
      },
    });
    this.#fetcher = new Fetcher({ cluster, clock, topic: input, onFatal });
    this.#committer = new Committer({
      cluster,
      clock,
      member: this.#member,
      groupId,
      topic: input,
      producer: (number) => {
        const id = transactionalId({ groupId, topic: input, instance }, number);
        const timeoutMs = this.#timeoutMs;
        return new TransactionalProducer({ cluster, transactionalId: id, groupId, timeoutMs });
      },
      lingerMs: options.lingerMs,
      onUnstable: async (attempt) => {
        await this.#settle(attempt);
      },
      onWaiting: (partition, reason) => {
        options.onEvent({ kind: 'waiting', partition, reason });
      },
      onOutcome: (outcome, cause) => {
        options.onEvent({ kind: 'transaction', outcome, cause });
      },
      onFatal,
    });
  }

  get member(): Pick<Member, 'state' | 'provenAt' | 'owned'> {
    return this.#member;
  }

  /** Works until it is {@link stop}ped; failures go to `onFatal`. */
  start(): void {
    for (const work of [this.#refresh(), this.#run()]) {
      work.catch((error: unknown) => {
        this.#fail(error);
      });
    }
  }

  /** Finishes the transaction that is under way, and leaves the group. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#refresher.ring();
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
    this.#closeOpenEnds().catch((error: unknown) => {
      this.#fail(error);
    });
    this.#options.onEvent({ kind: 'assigned', partitions });
    for (const partition of partitions) {
      const { groupId, input, plan, reading, onEvent } = this.#options;
      const lane = new Lane(partition, {
        cluster: this.#cluster,
        groupId,
        topic: input,
        fetcher: this.#fetcher,
        reading,
        committer: this.#committer,
        plan: plan(this.#cluster),
        onEvent,
        onUnstable: async (attempt) => {
          await this.#settle(attempt);
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
    }
  }

  /** A generation may begin because an instance died: readers of what it wrote must not wait for its end for ever. */
  async #closeOpenEnds(): Promise<void> {
    let attempt = 0;
    for (let look = 0; look < OPEN_LOOKS && attempt < 2 && !this.#isStopped; look += 1) {
      try {
        if (!(await hasOpenEnds(this.#cluster, this.#options.targets))) return;
        // None, as long as the generation is not settled, or another instance settles.
        if ((await this.#settle(attempt)) > 0) attempt += 1;
      } catch (error) {
        passing(error);
        await this.#cluster.pause(OPEN_PAUSE_MS);
      }
    }
  }

  /** Lanes find the same transactions: it is done once for all of them. @returns how many were ended */
  async #settle(attempt: number): Promise<number> {
    const { groupId, instance, input, targets } = this.#options;
    this.#settling ??= settleDead(
      {
        cluster: this.#cluster,
        groupId,
        instance,
        topic: input,
        targets,
        timeoutMs: this.#timeoutMs,
        unfinished: this.#unfinished,
      },
      attempt,
    ).finally(() => {
      this.#settling = undefined;
    });
    try {
      return await this.#settling;
    } catch (error) {
      passing(error);
      return 0;
    }
  }

  #fail(error: unknown): void {
    if (this.#isStopped || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#options.onFatal(error);
  }
}

/** @throws what does not pass by itself */
function passing(error: unknown): void {
  if (isUnheard(error) || (error instanceof ProtocolError && !isRefused(error))) return;
  throw error;
}
