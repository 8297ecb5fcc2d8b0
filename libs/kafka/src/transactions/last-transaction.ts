import type { Kafka } from 'kafkajs';
import { clusterMaker } from '../client/clusters.ts';
import { doubting } from '../client/coordinator-fix.ts';
import { transactionState } from '../client/describe-transaction.ts';
import type { TransactionCoordinator, TransactionState } from '../client/describe-transaction.ts';

/** A producer as its coordinator knows it. */
interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

interface Partitions {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number }[];
}

/** The part of kafkajs' broker that is used. */
interface Coordinator extends TransactionCoordinator {
  /** Throws when one of the topics has a partition without a leader. */
  metadata(topics: readonly string[]): Promise<unknown>;
  /** Throws when the partition that holds the group's offsets has no leader. */
  findGroupCoordinator(wanted: Wanted): Promise<unknown>;
  initProducerId(request: {
    readonly transactionalId: string;
    readonly transactionTimeout: number;
  }): Promise<Omit<ProducerIdentity, 'transactionalId'>>;
  addOffsetsToTxn(request: ProducerIdentity & { readonly groupId: string }): Promise<unknown>;
  addPartitionsToTxn(
    request: ProducerIdentity & { readonly topics: readonly Partitions[] },
  ): Promise<unknown>;
  endTxn(request: ProducerIdentity & { readonly transactionResult: boolean }): Promise<unknown>;
}

/** The part of kafkajs' cluster that is used. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(wanted: Wanted): Promise<Coordinator>;
}

interface Wanted {
  readonly groupId: string;
  readonly coordinatorType: number;
}

/** What the transactions of one transactional id write to. */
export interface Participants {
  readonly transactionalId: string;
  /** Whose offsets they commit. */
  readonly groupId: string;
  readonly topics: readonly Partitions[];
}

/** FindCoordinator's key types (Kafka protocol guide). */
const GROUP = 0;
const TRANSACTION = 1;
const COMMITTED: ReadonlySet<TransactionState> = new Set(['PrepareCommit', 'CompleteCommit']);
const MAX_IN_FLIGHT = 64;

/**
 * Ends again what a broker has ended without saying so where it matters. Kafka 4.3.1 takes a partition without a leader
 * for a deleted one, and completes a transaction although that partition got no marker (KAFKA-20734): when the only broker
 * stops, in the right millisecond, all partitions of a committed transaction, that of its offsets too. Its records then
 * belong to whichever transaction the same producer ends next, and its input is read again: everything comes twice.
 *
 * So whoever takes a transactional id over writes an empty transaction first, over all that the last one may have touched, and
 * ends it as that one ended. Where the markers are, it changes nothing.
 */
export class LastTransaction {
  readonly #cluster: Cluster;
  readonly #timeoutMs: number;

  /** @param timeoutMs after this long the coordinator aborts the empty transaction, should we die within it */
  constructor(kafka: Kafka, timeoutMs: number) {
    this.#cluster = clusterMaker<Cluster>(kafka).create({
      allowAutoTopicCreation: false,
      maxInFlightRequests: MAX_IN_FLIGHT,
    });
    this.#timeoutMs = timeoutMs;
  }

  /** Fences whoever else has the id. @throws what the coordinator refuses, or that it does not answer */
  async endAgain({ transactionalId, groupId, topics }: Participants): Promise<void> {
    await this.#cluster.connect();
    const wanted = { groupId: transactionalId, coordinatorType: TRANSACTION };
    const coordinator = await this.#cluster.findGroupCoordinator(wanted);
    const state = await doubting(coordinator, () => transactionState(coordinator, transactionalId));
    if (state === undefined) return;
    // As this broker sees it, which will send the markers: they must not be lost again.
    await coordinator.metadata(topics.map(({ topic }) => topic));
    await coordinator.findGroupCoordinator({ groupId, coordinatorType: GROUP });
    const identity = await coordinator.initProducerId({
      transactionalId,
      transactionTimeout: this.#timeoutMs,
    });
    const producer = { ...identity, transactionalId };
    await coordinator.addOffsetsToTxn({ ...producer, groupId });
    await coordinator.addPartitionsToTxn({ ...producer, topics });
    // An unfinished one was aborted just now; so is one that we do not know.
    await coordinator.endTxn({ ...producer, transactionResult: COMMITTED.has(state) });
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect();
  }
}
