import type { ErrorName } from '../../../protocol/errors.ts';
import type { ProducedPartition, ProducePartition } from '../../../protocol/log-apis.ts';
import type { RequestOf, ResponseOf } from '../../../protocol/apis.ts';
import { SimulatedOutgoing } from '../simulated-batch.ts';
import type { Environment } from './environment.ts';
import type { ClaimedBatch, VerificationGuard } from './producer-states.ts';
import type { Partition } from './topics.ts';
import type { TransactionCoordinator } from './transaction-coordinator.ts';
import { verify } from './verification.ts';

/** ReplicaManager.handleProduceAppend: appends to the partitions that a broker leads. */
export class Produce {
  readonly #environment: Environment;
  readonly #transactions: TransactionCoordinator;

  constructor(environment: Environment, transactions: TransactionCoordinator) {
    this.#environment = environment;
    this.#transactions = transactions;
  }

  handle(
    broker: number,
    request: RequestOf<'Produce'>,
    answer: (response: ResponseOf<'Produce'>) => void,
  ): void {
    const partitions: ProducedPartition[] = [];
    let left = request.partitions.length;
    const done = (index: number, produced: ProducedPartition): void => {
      partitions[index] = produced;
      left -= 1;
      if (left === 0) answer({ throttleMs: 0, partitions });
    };
    if (left === 0) answer({ throttleMs: 0, partitions });
    for (const [index, wanted] of request.partitions.entries()) {
      this.#one(broker, request, wanted, (produced) => {
        done(index, produced);
      });
    }
  }

  #one(
    broker: number,
    { transactionalId, addsPartitions }: RequestOf<'Produce'>,
    wanted: ProducePartition,
    done: (produced: ProducedPartition) => void,
  ): void {
    const partition = this.#environment.controller.partition(wanted.topic, wanted.partition);
    const error = this.#check(partition, broker);
    if (partition === undefined || error !== 'NONE') {
      done(failed(wanted, error));
      return;
    }
    const { producerId, epoch, baseSequence } = wanted.stamp;
    const claimed: ClaimedBatch = {
      producerId: Number(producerId),
      epoch,
      baseSequence,
      count: wanted.batch.length,
      isTransactional: transactionalId !== undefined,
      isFromClient: true,
    };
    if (transactionalId === undefined) {
      done(this.#append(broker, partition, wanted, claimed, undefined));
      return;
    }
    const identity = { transactionalId, producerId, epoch };
    const verification = {
      partition,
      claimed,
      identity,
      adds: addsPartitions,
      isPatient: addsPartitions,
    };
    verify(this.#environment, this.#transactions, verification, (verified, guard) => {
      const translated = translate(verified, addsPartitions);
      if (translated === 'NONE') done(this.#append(broker, partition, wanted, claimed, guard));
      else done(failed(wanted, translated, `Verification: ${verified}`));
    });
  }

  #append(
    broker: number,
    partition: Partition,
    wanted: ProducePartition,
    claimed: ClaimedBatch,
    guard: VerificationGuard | undefined,
  ): ProducedPartition {
    const now = this.#check(partition, broker);
    if (now !== 'NONE') return failed(wanted, now);
    const { batch, topic } = wanted;
    if (!(batch instanceof SimulatedOutgoing)) return failed(wanted, 'CORRUPT_MESSAGE');
    const refused = this.#refused(topic, batch);
    if (refused !== undefined) return { ...failed(wanted, refused.error), ...refused };
    const { error, baseOffset } = partition.log.append(claimed, batch, guard);
    if (error !== 'NONE') return failed(wanted, error, error);
    partition.changed();
    return {
      topic,
      partition: partition.index,
      error,
      message: undefined,
      baseOffset: BigInt(baseOffset),
      refused: [],
    };
  }

  #check(partition: Partition | undefined, broker: number): ErrorName {
    if (partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
    return partition.check(broker, this.#environment.scheduler.now(), -1);
  }

  /**
   * UnifiedLog.analyzeAndValidateRecords, and LogValidator: one record that a topic's rules refuse
   * has the batch refused.
   */
  #refused(
    topic: string,
    { records, uncompressedBytes }: SimulatedOutgoing,
  ): Pick<ProducedPartition, 'error' | 'message' | 'refused'> | undefined {
    const { settings, controller } = this.#environment;
    const rules = { ...settings, ...controller.topics.get(topic)?.config };
    if (uncompressedBytes > rules.maxMessageBytes) {
      const message = `The record batch size is ${uncompressedBytes} bytes`;
      return { error: 'MESSAGE_TOO_LARGE', message, refused: [] };
    }
    const now = this.#environment.time();
    const { timestampBeforeMaxMs = Infinity, timestampAfterMaxMs, isCompacted = false } = rules;
    const refused: { index: number; message: string }[] = [];
    let error: ErrorName = 'INVALID_RECORD';
    for (const [index, { key, timestamp }] of records.entries()) {
      const age = now - Number(timestamp);
      if (isCompacted && key === null) {
        refused.push({ index, message: 'Compacted topic cannot accept message without key' });
      } else if (
        Number(timestamp) >= 0 &&
        (age > timestampBeforeMaxMs || -age > timestampAfterMaxMs)
      ) {
        error = 'INVALID_TIMESTAMP';
        const message = `Timestamp ${timestamp} of message with offset ${index} is out of range.`;
        refused.push({ index, message });
      }
    }
    if (refused.length === 0) return undefined;
    const cause =
      error === 'INVALID_TIMESTAMP'
        ? 'invalid timestamp'
        : `${refused.length} record errors in total`;
    return { error, refused, message: `One or more records have been rejected due to ${cause}` };
  }
}

function failed(
  { topic, partition }: ProducePartition,
  error: ErrorName,
  message?: string,
): ProducedPartition {
  return { topic, partition, error, message, baseOffset: -1n, refused: [] };
}

/** What a coordinator may tell a leader that older producers would not try again at. */
const UNVERIFIED: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'NETWORK_EXCEPTION',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);

/** The error that producers get for one that a leader got from a coordinator. */
function translate(error: ErrorName, addsPartitions: boolean): ErrorName {
  if (UNVERIFIED.has(error)) return 'NOT_ENOUGH_REPLICAS';
  return error === 'CONCURRENT_TRANSACTIONS' && !addsPartitions ? 'NOT_ENOUGH_REPLICAS' : error;
}
