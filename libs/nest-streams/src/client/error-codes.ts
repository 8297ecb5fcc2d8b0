import type { FaultKind } from '@login-pipeline/service/exit-codes';

/**
 * What ends a stream, or a command that operates one, and the kind of fault that it is. Programs and runbooks ask for these
 * codes: one that changes breaks them. Those that an engine gives its errors are handed on.
 */
export const ERROR_CODES = {
  AUTHENTICATION_FAILED: 'unavailable',
  BROKER_UNREACHABLE: 'unavailable',
  BROKER_UNSUPPORTED: 'unavailable',
  COORDINATOR_MISSING: 'unavailable',
  FOREIGN_CHANGES: 'unavailable',
  FOREIGN_GROUP: 'unavailable',
  FUSE_BLOWN: 'defect',
  GROUP_NOT_EMPTY: 'unavailable',
  IMPOSSIBLE_POSITION: 'unavailable',
  LATEST_UNREADABLE: 'unavailable',
  NOT_AUTHORIZED: 'unavailable',
  PARTITION_MISSING: 'settings',
  PARTITIONS_UNEQUAL: 'unavailable',
  RECORDS_NOT_WRITTEN: 'unavailable',
  REQUEST_REFUSED: 'unavailable',
  SNAPSHOT_TOO_LARGE: 'unavailable',
  SNAPSHOTS_UNREADABLE: 'unavailable',
  STALLED: 'stalled',
  STATE_MISMATCH: 'unavailable',
  STATE_OF_ANOTHER_VERSION: 'unavailable',
  TLS_FAILED: 'unavailable',
  TOKEN_UNAVAILABLE: 'unavailable',
  TOPIC_MISSING: 'unavailable',
  UNREADABLE_BATCH: 'unavailable',
  UNWRITABLE_RECORDS: 'unavailable',
  UNWRITTEN: 'stalled',
} as const satisfies Readonly<Record<string, FaultKind>>;

type ErrorCodes = typeof ERROR_CODES;

/** The codes of one kind of fault. */
export type CodeOf<Kind extends FaultKind> = {
  [Code in keyof ErrorCodes]: ErrorCodes[Code] extends Kind ? Code : never;
}[keyof ErrorCodes];
