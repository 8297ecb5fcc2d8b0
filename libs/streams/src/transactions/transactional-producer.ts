import type { Cluster } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import type { GroupIdentity, OffsetToCommit } from '../protocol/group-apis.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import type { ProducerIdentity } from '../protocol/transaction-apis.ts';
import { BrokenLineError, isFenced, isOfGenerations, OutsideOfGenerationError } from './errors.ts';
import { askCoordinator, untilTaken } from './ask-coordinator.ts';
import { endAgain, outcomeOf } from './end-again.ts';
import type { TransactionOutcome } from './end-again.ts';
import { initProducer, initToSettle } from './init-producer.ts';
import { produce } from './produce.ts';
import type { Write, Written } from './produce.ts';
import { TouchedPlaces } from './touched-places.ts';

/** All that one transaction does. */
export interface Commit {
  readonly writes: readonly Write[];
  readonly groups: readonly GroupOffsets[];
}

/** Next offsets of one group. */
export interface GroupOffsets {
  readonly offsets: readonly OffsetToCommit[];
  /** Under which they are committed: the coordinator refuses those of another generation (KIP-447). */
  readonly group: GroupIdentity;
}

export interface ProducerOptions {
  readonly cluster: Cluster;
  readonly transactionalId: string;
  /** After so long the coordinator aborts a transaction by itself, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * A broker gives up one of two questions to the transaction's coordinator that wait at once
 * (AddPartitionsToTxnManager): one that gets records and offsets is asked for the offsets when the question for the
 * records is on its way.
 */
const AFTER_RECORDS_MS = 1;

/**
 * A producer of transactions under one transactional id (KIP-98, KIP-890).
 *
 * After any failure the result is unknown, and requests may still be on their way: the id has to be taken over again,
 * which gives a new epoch, fences them, and ends what is open. Nothing is ever repeated on the old epoch but what the
 * broker said that it did not do.
 */
export class TransactionalProducer {
  readonly #options: ProducerOptions;
  /** Undefined until the id is taken over. */
  #identity: ProducerIdentity | undefined;
  /** By partition, the number of the next record (KIP-98). */
  readonly #sequences = new Map<string, number>();
  readonly #touched: TouchedPlaces;
  /** The transaction of that epoch that may be open. */
  #endingAgain: TransactionOutcome = 'committed';
  /** Whether the end of the last transaction was asked for, and not answered. */
  #isEnding = false;
  /** The epoch on which touched places are being ended again; undefined when none are. */
  #settling: ProducerIdentity | undefined;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#touched = new TouchedPlaces(options.cluster);
  }

  /** Whether nothing has happened since that could have undone what was confirmed. */
  get isIntact(): boolean {
    if (this.#touched.isEmpty) return true;
    return this.#identity !== undefined && this.#touched.areLinesUnbroken();
  }

  /** Whether it has begun to end again what it touched: only its own memory tells how that ended. */
  get isSettling(): boolean {
    return this.#settling !== undefined;
  }

  /** @returns whether a commit of these writes needs no {@link takeOver} before */
  isReady(writes: readonly Write[]): boolean {
    return this.#identity !== undefined && this.#touched.areLinesUnbroken(writes);
  }

  /**
   * Takes the id over: fences what is on its way, and settles what its transactions touched. Afterwards nothing that
   * this producer did is undecided: the committed offsets tell what became of it.
   *
   * @throws what the coordinator refuses, or that it does not answer: the same call may succeed later
   */
  async takeOver(): Promise<void> {
    const { cluster, transactionalId, timeoutMs } = this.#options;
    this.#identity = undefined;
    // The state is gone with the next epoch: its outcome stays known.
    if (this.#touched.isUndecided) {
      const outcome = await outcomeOf(cluster, transactionalId);
      if (outcome === undefined) this.#touched.forget();
      else this.#touched.end(outcome);
    }
    if (!this.#isSure()) await this.#settle();
    // Once more: what settled on the last epoch may have requests on their way.
    this.#identity = await initProducer(cluster, transactionalId, timeoutMs);
    this.#sequences.clear();
    this.#settling = undefined;
    this.#isEnding = false;
  }

  /** Whether all that was confirmed holds: no broker was away, and nothing was asked of which the answer is lost. */
  #isSure(): boolean {
    if (this.#touched.isEmpty) return true;
    return !this.#isEnding && this.#settling === undefined && this.#touched.areLinesUnbroken();
  }

  /**
   * Ends again what was touched. Once begun it goes on on the same epoch, however often it is interrupted: another
   * one would abort what is to be committed.
   */
  async #settle(): Promise<void> {
    const { cluster, transactionalId, timeoutMs } = this.#options;
    if (this.#settling === undefined) {
      this.#settling = await initToSettle(cluster, transactionalId, timeoutMs);
      this.#endingAgain = 'committed';
    }
    const identity = this.#settling;
    const other = this.#endingAgain === 'committed' ? 'aborted' : 'committed';
    try {
      await this.#touched.reach();
      // What was interrupted comes first: its transaction may be open, and would end like the next one.
      for (const outcome of [this.#endingAgain, other] as const) {
        this.#endingAgain = outcome;
        await endAgain(cluster, identity, this.#touched.endedBy(outcome), outcome);
      }
    } catch (error) {
      if (isFenced(error)) this.#settling = undefined;
      throw error;
    }
  }

  /**
   * Writes records and offsets in one transaction.
   *
   * @returns where the brokers put the records, by write
   * @throws RecordsRefusedError, PartitionUnwritableError, OutsideOfGenerationError, BrokenLineError, ProtocolError,
   *   UnansweredError or UnreachableError; whatever it is, the id has to be taken over before the next commit
   */
  async commit(commit: Commit): Promise<readonly Written[]> {
    const identity = this.#identity;
    if (identity === undefined) throw new Error('The transactional id is not taken over');
    for (const place of commit.writes) this.#touched.requireWritable(place);
    this.#identity = undefined;
    const partitions = commit.writes.map(({ topic, partition }) => ({ topic, partition }));
    const groupIds = commit.groups.map(({ group }) => group.groupId);
    this.#touched.begin({ partitions, groupIds });
    const isImplicit = this.#options.cluster.transactionVersion === 2;
    const written = isImplicit
      ? await this.#writeImplicitly(identity, commit)
      : await this.#writeExplicitly(identity, commit, partitions);
    this.#isEnding = true;
    this.#identity = await this.#end(identity, isImplicit);
    this.#isEnding = false;
    this.#touched.end('committed');
    return written;
  }

  /** The brokers add partitions and offsets to the transaction (KIP-890): records and offsets go at once. */
  async #writeImplicitly(identity: ProducerIdentity, commit: Commit): Promise<readonly Written[]> {
    const [records, offsets] = await Promise.allSettled([
      this.#produce(identity, commit, true),
      this.#commitOffsets(identity, commit, true),
    ]);
    // What is refused by name says more than what else went wrong.
    if (records.status === 'rejected') throw asError(records.reason);
    if (offsets.status === 'rejected') throw asError(offsets.reason);
    return records.value;
  }

  async #writeExplicitly(
    identity: ProducerIdentity,
    commit: Commit,
    partitions: readonly TopicPartition[],
  ): Promise<readonly Written[]> {
    const { cluster, transactionalId } = this.#options;
    for (const { group } of commit.groups) {
      const { groupId } = group;
      await askCoordinator(cluster, transactionalId, 'AddOffsetsToTxn', { ...identity, groupId });
    }
    const added = async (): Promise<void> => {
      if (partitions.length === 0) return;
      await askCoordinator(cluster, transactionalId, 'AddPartitionsToTxn', {
        ...identity,
        partitions,
      });
    };
    await allOf([this.#commitOffsets(identity, commit, false), added()]);
    return this.#produce(identity, commit, false);
  }

  async #commitOffsets(
    identity: ProducerIdentity,
    { groups, writes }: Commit,
    addsOffsets: boolean,
  ): Promise<void> {
    for (const offsets of groups) await this.#commitGroup(identity, offsets, writes, addsOffsets);
  }

  async #commitGroup(
    identity: ProducerIdentity,
    { group, offsets }: GroupOffsets,
    writes: readonly TopicPartition[],
    addsOffsets: boolean,
  ): Promise<void> {
    const { cluster } = this.#options;
    const { groupId } = group;
    await untilTaken(cluster, async () => {
      const coordinator = await cluster.coordinator('group', groupId);
      if (addsOffsets && leadsSome(cluster, coordinator, writes)) {
        await cluster.pause(AFTER_RECORDS_MS);
      }
      if (!this.#touched.isGroupLineUnbroken(groupId, coordinator)) {
        throw new BrokenLineError('The line to the coordinator broke');
      }
      const connection = cluster.connection(coordinator, 'ask');
      await cluster.ask(
        'group',
        groupId,
        'TxnOffsetCommit',
        { ...identity, ...group, addsOffsets, offsets },
        ({ partitions }) => {
          const code = partitions.find(({ error }) => error !== 'NONE')?.error ?? 'NONE';
          if (isOfGenerations(code)) throw new OutsideOfGenerationError(groupId, code);
          if (code !== 'NONE')
            throw new ProtocolError(code, `TxnOffsetCommit of group "${groupId}"`);
          return code;
        },
        { connection },
      );
      this.#touched.noteOffsets(groupId, coordinator);
    });
  }

  #produce(
    identity: ProducerIdentity,
    { writes }: Commit,
    addsPartitions: boolean,
  ): Promise<readonly Written[]> {
    const state = { sequences: this.#sequences, lines: this.#touched.lines };
    return produce(this.#options.cluster, identity, writes, state, addsPartitions);
  }

  /** @returns the producer of the next transaction */
  async #end(identity: ProducerIdentity, bumpsEpoch: boolean): Promise<ProducerIdentity> {
    const { cluster, transactionalId } = this.#options;
    const ended = await askCoordinator(cluster, transactionalId, 'EndTxn', {
      ...identity,
      commit: true,
      bumpsEpoch,
    });
    if (!bumpsEpoch) return identity;
    this.#sequences.clear();
    return { transactionalId, producerId: ended.producerId, epoch: ended.epoch };
  }
}

function leadsSome(cluster: Cluster, { id }: Broker, writes: readonly TopicPartition[]): boolean {
  return writes.some(({ topic, partition }) => cluster.leader(topic, partition)?.broker.id === id);
}

/** Like Promise.all, but when one fails the others are over too. */
async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(promises);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw asError(failed.reason);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
