import type { ErrorName } from '../../../protocol/errors.ts';
import type { TopicPartition } from '../../../protocol/log-apis.ts';
import type { ProducerIdentity } from '../../../protocol/transaction-apis.ts';
import type { RequestOf, ResponseOf } from '../../../protocol/apis.ts';
import { CoordinatorLoads } from './environment.ts';
import type { Environment } from './environment.ts';
import { partitionKey, TRANSACTIONS_TOPIC } from './topics.ts';
import type { Partition } from './topics.ts';
import { decideEnd, isPrepared } from './transaction-state.ts';
import type { Transaction } from './transaction-state.ts';
import type { TransactionMarkers } from './transaction-markers.ts';

const LAST_EPOCH = 32_766;
const NO_PRODUCER = { producerId: -1n, epoch: -1 };

/** TransactionCoordinator of all brokers: the state is in the log, and so stays where a broker does not. */
export class TransactionCoordinator {
  readonly #environment: Environment;
  readonly #markers: TransactionMarkers;
  readonly #loads: CoordinatorLoads;
  readonly #transactions = new Map<string, Transaction>();
  #nextProducerId = 1000;

  constructor(environment: Environment, markers: TransactionMarkers) {
    this.#environment = environment;
    this.#markers = markers;
    this.#loads = new CoordinatorLoads(environment);
    const scan = (): void => {
      this.#abortTimedOut();
      environment.scheduler.schedule(environment.settings.transactionScanMs, scan);
    };
    environment.scheduler.schedule(environment.settings.transactionScanMs, scan);
  }

  /** The partition whose leader coordinates an id. */
  partitionOf(transactionalId: string): Partition {
    return this.#environment.controller.coordinating(TRANSACTIONS_TOPIC, transactionalId);
  }

  /** A new leader reads the partition, and goes on where the last one stopped. */
  elected(partition: Partition): void {
    this.#loads.begin(partition, () => {
      for (const transaction of this.#of(partition)) {
        if (isPrepared(transaction)) this.#sendMarkers(transaction);
      }
    });
  }

  /** KAFKA-20734: transactions are complete, although some of their markers are not there. */
  loseMarkers(broker: number): void {
    for (const transaction of this.#transactions.values()) {
      if (!isPrepared(transaction)) continue;
      if (this.partitionOf(transaction.transactionalId).leader !== broker) continue;
      this.#complete(transaction);
    }
  }

  initProducerId(
    broker: number,
    { transactionalId, timeoutMs }: RequestOf<'InitProducerId'>,
  ): ResponseOf<'InitProducerId'> {
    if (transactionalId === '') return { error: 'INVALID_REQUEST', ...NO_PRODUCER };
    if (transactionalId === undefined) {
      return { error: 'NONE', producerId: BigInt(this.#takeProducerId()), epoch: 0 };
    }
    if (timeoutMs <= 0 || timeoutMs > this.#environment.settings.maxTransactionTimeoutMs) {
      return { error: 'INVALID_TRANSACTION_TIMEOUT', ...NO_PRODUCER };
    }
    const error = this.#loads.check(this.partitionOf(transactionalId), broker);
    if (error !== 'NONE') return { error, ...NO_PRODUCER };
    const transaction = this.#transactions.get(transactionalId) ?? this.#create(transactionalId);
    if (isPrepared(transaction)) return { error: 'CONCURRENT_TRANSACTIONS', ...NO_PRODUCER };
    if (transaction.state === 'Ongoing') {
      this.#fence(transaction);
      return { error: 'CONCURRENT_TRANSACTIONS', ...NO_PRODUCER };
    }
    if (transaction.epoch >= LAST_EPOCH) {
      transaction.producerId = this.#takeProducerId();
      transaction.epoch = 0;
    } else {
      transaction.epoch += 1;
    }
    transaction.state = 'Empty';
    transaction.timeoutMs = timeoutMs;
    transaction.startedAt = -1;
    transaction.partitions = new Map();
    const { producerId, epoch } = transaction;
    return { error: 'NONE', producerId: BigInt(producerId), epoch };
  }

  /** As a client asks for it, or a broker for a client. @param broker undefined: the coordinator */
  addPartitions(
    broker: number | undefined,
    identity: ProducerIdentity,
    partitions: readonly TopicPartition[],
  ): ErrorName {
    const found = this.#find(broker, identity, this.#environment.settings.transactionVersion === 2);
    if (typeof found === 'string') return found;
    if (isPrepared(found)) return 'CONCURRENT_TRANSACTIONS';
    if (found.state !== 'Ongoing') {
      found.state = 'Ongoing';
      found.startedAt = this.#environment.time();
    }
    for (const { topic, partition } of partitions) {
      found.partitions.set(partitionKey(topic, partition), { topic, partition });
    }
    return 'NONE';
  }

  /** Asks whether a partition is in the transaction, as a partition's leader does before KIP-890's second part. */
  verify(identity: ProducerIdentity, partition: Partition): ErrorName {
    const found = this.#find(undefined, identity, false);
    if (typeof found === 'string') return found;
    if (isPrepared(found)) return 'CONCURRENT_TRANSACTIONS';
    return found.partitions.has(partition.key) ? 'NONE' : this.#environment.settings.notAddedError;
  }

  endTxn(broker: number, request: RequestOf<'EndTxn'>): ResponseOf<'EndTxn'> {
    const { transactionalId, commit, bumpsEpoch } = request;
    if (transactionalId === '') return { error: 'INVALID_REQUEST', ...NO_PRODUCER };
    const error = this.#loads.check(this.partitionOf(transactionalId), broker);
    if (error !== 'NONE') return { error, ...NO_PRODUCER };
    const transaction = this.#transactions.get(transactionalId);
    const producerId = Number(request.producerId);
    if (transaction?.producerId !== producerId) {
      return { error: 'INVALID_PRODUCER_ID_MAPPING', ...NO_PRODUCER };
    }
    const outcome = decideEnd(transaction, request);
    if (outcome === 'end') this.#end(transaction, commit, bumpsEpoch);
    else if (outcome !== 'NONE') return { error: outcome, ...NO_PRODUCER };
    const epoch = bumpsEpoch ? transaction.epoch : request.epoch;
    return { error: 'NONE', producerId: request.producerId, epoch };
  }

  describe(
    broker: number,
    transactionalId: string,
  ): ResponseOf<'DescribeTransactions'>['transactions'][number] {
    const none = { producerId: -1n, epoch: -1, timeoutMs: 0, startedAt: -1n, partitions: [] };
    const unknown = { transactionalId, state: 'Dead', ...none } as const;
    const error = this.#loads.check(this.partitionOf(transactionalId), broker);
    if (error !== 'NONE') return { error, ...unknown };
    const transaction = this.#transactions.get(transactionalId);
    if (transaction === undefined) return { error: 'TRANSACTIONAL_ID_NOT_FOUND', ...unknown };
    const { state, producerId, epoch, timeoutMs, startedAt } = transaction;
    return {
      error: 'NONE',
      transactionalId,
      state,
      producerId: BigInt(producerId),
      epoch,
      timeoutMs,
      startedAt: BigInt(startedAt),
      partitions: [...(transaction.unmarked ?? transaction.partitions).values()],
    };
  }

  list(
    broker: number,
    { states, producerIds }: RequestOf<'ListTransactions'>,
  ): ResponseOf<'ListTransactions'> {
    const transactions = [];
    for (const { transactionalId, state, producerId: id } of this.#transactions.values()) {
      const error = this.#loads.check(this.partitionOf(transactionalId), broker);
      if (error === 'COORDINATOR_LOAD_IN_PROGRESS') return { error, transactions: [] };
      if (error !== 'NONE') continue;
      const producerId = BigInt(id);
      if (states.length > 0 && !states.includes(state)) continue;
      if (producerIds.length > 0 && !producerIds.includes(producerId)) continue;
      transactions.push({ transactionalId, state, producerId });
    }
    return { error: 'NONE', transactions };
  }

  /**
   * @param isPendingFirst while a transaction ends, even a fenced producer gets that error (KAFKA-18660, since Kafka
   *   4.0)
   */
  #find(
    broker: number | undefined,
    identity: ProducerIdentity,
    isPendingFirst: boolean,
  ): Transaction | ErrorName {
    const { transactionalId, producerId, epoch } = identity;
    if (transactionalId === '') return 'INVALID_REQUEST';
    const partition = this.partitionOf(transactionalId);
    const error =
      broker === undefined
        ? this.#loads.checkLeader(partition)
        : this.#loads.check(partition, broker);
    if (error !== 'NONE') return error;
    const transaction = this.#transactions.get(transactionalId);
    if (isPendingFirst && transaction !== undefined && isPrepared(transaction)) {
      return 'CONCURRENT_TRANSACTIONS';
    }
    if (transaction?.producerId !== Number(producerId)) return 'INVALID_PRODUCER_ID_MAPPING';
    return transaction.epoch === epoch ? transaction : 'PRODUCER_FENCED';
  }

  #create(transactionalId: string): Transaction {
    const transaction: Transaction = {
      transactionalId,
      producerId: this.#takeProducerId(),
      epoch: -1,
      timeoutMs: 0,
      state: 'Empty',
      bumpsEpoch: false,
      startedAt: -1,
      partitions: new Map(),
      unmarked: undefined,
    };
    this.#transactions.set(transactionalId, transaction);
    return transaction;
  }

  #takeProducerId(): number {
    this.#nextProducerId += 1;
    return this.#nextProducerId - 1;
  }

  /** PrepareEpochFence, and at once PrepareAbort: the epoch goes up, in any version. */
  #fence(transaction: Transaction): void {
    transaction.epoch += 1;
    this.#end(transaction, false, false);
  }

  #end(transaction: Transaction, commit: boolean, bumpsEpoch: boolean): void {
    transaction.state = commit ? 'PrepareCommit' : 'PrepareAbort';
    transaction.bumpsEpoch = bumpsEpoch;
    if (bumpsEpoch) transaction.epoch += 1;
    this.#sendMarkers(transaction);
  }

  #sendMarkers(transaction: Transaction): void {
    const { producerId, epoch, state, bumpsEpoch } = transaction;
    const isCommit = state === 'PrepareCommit';
    const ended = {
      producerId,
      epoch,
      bumpsEpoch,
      isCommit,
      partitions: [...(transaction.unmarked ?? transaction.partitions).values()],
    };
    transaction.unmarked = new Map(transaction.partitions);
    this.#markers.send(
      ended,
      this.partitionOf(transaction.transactionalId),
      ({ topic, partition }) => transaction.unmarked?.delete(partitionKey(topic, partition)),
      () => {
        this.#complete(transaction);
      },
    );
  }

  #complete(transaction: Transaction): void {
    transaction.state = transaction.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort';
    transaction.partitions = new Map();
    transaction.unmarked = undefined;
  }

  #abortTimedOut(): void {
    const now = this.#environment.time();
    for (const transaction of this.#transactions.values()) {
      const { state, startedAt, timeoutMs, transactionalId } = transaction;
      if (state !== 'Ongoing' || startedAt + timeoutMs >= now) continue;
      if (this.#loads.checkLeader(this.partitionOf(transactionalId)) !== 'NONE') continue;
      this.#fence(transaction);
    }
  }

  *#of(partition: Partition): Generator<Transaction> {
    for (const transaction of this.#transactions.values()) {
      if (this.partitionOf(transaction.transactionalId) === partition) yield transaction;
    }
  }
}
