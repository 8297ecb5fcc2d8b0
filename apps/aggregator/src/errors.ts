/** What ends the aggregator besides what ends every service, and the kind of fault that it is. */
export const ERROR_CODES = {
  SNAPSHOT_LIMIT: 'unavailable',
  SNAPSHOT_OF_ANOTHER_FORMAT: 'unavailable',
} as const;

/** Snapshots of what the settings ask for may not fit into their topic: the message names both. */
export class SnapshotLimitError extends Error {
  override readonly name = 'SnapshotLimitError';
  readonly code = 'SNAPSHOT_LIMIT';
  readonly fault = ERROR_CODES[this.code];
}

/** A snapshot cannot be read: only an operator can decide what to do. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  readonly code = 'SNAPSHOT_OF_ANOTHER_FORMAT';
  readonly fault = ERROR_CODES[this.code];
}
