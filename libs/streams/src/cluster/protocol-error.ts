import { UnansweredError, UnreachableError } from '../ports.ts';
import type { ErrorName } from '../protocol/errors.ts';

/** What a broker refused, and about what. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** Kafka's own name of the error. */
  readonly code: ErrorName;

  /** @param subject the request that was asked, and the topic, group or transactional id that it was about */
  constructor(code: ErrorName, subject: string, detail?: string) {
    super(`${subject}: ${code}${detail === undefined ? '' : ` (${detail})`}`);
    this.code = code;
  }
}

/** The coordinator is another broker, or none at the moment. */
const COORDINATOR_GONE: ReadonlySet<ErrorName> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
]);

/** The leader is another broker, or none at the moment, or the one that was asked does not know of it yet. */
const LEADER_GONE: ReadonlySet<ErrorName> = new Set([
  'NOT_LEADER_OR_FOLLOWER',
  'LEADER_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'REPLICA_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
]);

/** The broker says the same again until an operator acts. */
const REFUSED: ReadonlySet<ErrorName> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_GROUP_ID',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_SESSION_TIMEOUT',
  'INVALID_TRANSACTION_TIMEOUT',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'OFFSET_METADATA_TOO_LARGE',
  'GROUP_MAX_SIZE_REACHED',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REQUEST',
  'POLICY_VIOLATION',
  'SECURITY_DISABLED',
]);

export function isCoordinatorGone(code: ErrorName): boolean {
  return COORDINATOR_GONE.has(code);
}

export function isLeaderGone(code: ErrorName): boolean {
  return LEADER_GONE.has(code);
}

/** @returns whether an error stays until an operator acts */
export function isRefused(error: unknown): boolean {
  return error instanceof ProtocolError && REFUSED.has(error.code);
}

/** @returns whether an error only says that no broker could be asked, or did not answer */
export function isUnavailable(error: unknown): boolean {
  return error instanceof UnansweredError || error instanceof UnreachableError;
}

/** @returns whether the same request may be answered in another way later */
export function isRetriable(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof ProtocolError && !isRefused(error));
}

/** @throws what does not pass by itself */
export function throwUnlessRetriable(error: unknown): void {
  if (!isRetriable(error)) throw error;
}
