import { ProtocolError } from '../cluster/protocol-error.ts';
import type { ErrorName } from '../protocol/errors.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';

/** Records that a broker refuses by what they are: written like that they will be refused again. */
export interface RefusedBatch extends TopicPartition {
  /** Which of the partition's batches it is. */
  readonly batch: number;
  readonly error: ErrorName;
  /** The records, by their index in the batch; none: the batch as a whole (KIP-467). */
  readonly indexes: readonly number[];
}

/** Nothing was committed: the broker refuses records by name. */
export class RecordsRefusedError extends Error {
  override readonly name = 'RecordsRefusedError';
  readonly code = 'RECORDS_REFUSED';
  readonly refused: readonly RefusedBatch[];

  constructor(refused: readonly RefusedBatch[]) {
    const topics = [...new Set(refused.map(({ topic }) => `"${topic}"`))].join(', ');
    super(`Records were refused by ${topics}: ${refused[0]?.error ?? ''}`);
    this.refused = refused;
  }
}

/** Nothing was committed: a partition cannot be written at the moment. The others can. */
export class PartitionUnwritableError extends Error {
  override readonly name = 'PartitionUnwritableError';
  readonly code = 'PARTITION_UNWRITABLE';
  readonly place: TopicPartition;

  constructor(place: TopicPartition, reason: string) {
    super(`Partition ${place.partition} of topic "${place.topic}" cannot be written: ${reason}`);
    this.place = place;
  }
}

/** The group's coordinator does not take offsets of this generation: another one has begun, or the member is out. */
export class OutsideOfGenerationError extends Error {
  override readonly name = 'OutsideOfGenerationError';
  /** Kafka's own name of the error. */
  readonly code: ErrorName;

  constructor(groupId: string, code: ErrorName) {
    super(`Offsets of group "${groupId}": ${code}`);
    this.code = code;
  }
}

/** A broker that the producer wrote to was away: the last transaction has to be settled before the next one. */
export class BrokenLineError extends Error {
  override readonly name = 'BrokenLineError';
  readonly code = 'BROKEN_LINE';
}

/**
 * The last transaction of a producer is ended, and cannot get its markers: a partition has no
 * leader. The producer is fenced, and what it committed can be found out.
 */
export class StuckProducerError extends Error {
  override readonly name = 'StuckProducerError';
  readonly code = 'STUCK_PRODUCER';
}

const OF_RECORDS: ReadonlySet<ErrorName> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
]);

const OF_GENERATIONS: ReadonlySet<ErrorName> = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'REBALANCE_IN_PROGRESS',
]);

/** The producer's epoch is over. */
const FENCED: ReadonlySet<ErrorName> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
]);

/** @returns whether an error says that the producer has to begin on another epoch */
export function isFenced(error: unknown): boolean {
  return error instanceof ProtocolError && FENCED.has(error.code);
}

/** @returns whether the broker refuses records by what they are */
export function isOfRecords(code: ErrorName): boolean {
  return OF_RECORDS.has(code);
}

export function isOfGenerations(code: ErrorName): boolean {
  return OF_GENERATIONS.has(code);
}
