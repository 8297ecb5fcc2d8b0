/**
 * The codes of the errors that an engine or a client throws, hands to its owner or tells: programs and runbooks ask
 * for them, and one that changes breaks them. What a code means for the process is for its owner to say.
 */
export const ERROR_CODES = [
  'AUTHENTICATION_FAILED',
  'BROKEN_LINE',
  'BROKER_UNSUPPORTED',
  'CONNECTION_ENDED',
  'COORDINATOR_MISSING',
  'DAMAGE',
  'FOREIGN_CHANGES',
  'FOREIGN_GROUP',
  'FUSE_BLOWN',
  'IMPOSSIBLE_POSITION',
  'LATEST_UNREADABLE',
  'PARTITION_UNWRITABLE',
  'POSITION_LOST',
  'RECORDS_REFUSED',
  'SNAPSHOT_TOO_LARGE',
  'SNAPSHOTS_UNREADABLE',
  'STALLED',
  'STATE_MISMATCH',
  'STUCK_PRODUCER',
  'TLS_FAILED',
  'UNANSWERED',
  'UNDECIDED',
  'UNREACHABLE',
  'UNREADABLE_BATCH',
  'UNWRITABLE_RECORDS',
  'UNWRITTEN',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];
