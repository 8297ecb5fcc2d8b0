const MIB = 1024 * 1024;

/** How much of what a fetch brought is in memory at a time, decompressed. Bytes, unless it says otherwise. */
export interface ReadLimits {
  /** What is handed over at once; only a single record may be larger. */
  readonly pieceBytes: number;
  readonly pieceRecords: number;
  /** A value over it is not read: an event is hardly ever as large, and it could be anything. */
  readonly valueBytes: number;
  /** A key, or a record's headers, of a record that is too large itself. */
  readonly keyBytes: number;
  readonly headersBytes: number;
  /** A batch over it is given up: it would take seconds to pass over. */
  readonly batchBytes: number;
}

/** The largest value that is read by default, in bytes: four times what brokers take as one batch by default. */
export const MAX_VALUE_BYTES = 4 * MIB;

/** @param valueBytes the largest value that is read @returns the limits that services read with */
export function readLimits(valueBytes = MAX_VALUE_BYTES): ReadLimits {
  return {
    pieceBytes: 8 * MIB,
    pieceRecords: 32_768,
    valueBytes,
    keyBytes: MIB,
    headersBytes: MIB,
    batchBytes: 128 * MIB,
  };
}
