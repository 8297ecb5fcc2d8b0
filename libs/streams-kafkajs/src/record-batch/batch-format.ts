/**
 * The record batch of format 2 (KIP-98; Kafka protocol guide, "Record Batch"): a header of 61 bytes, big
 * endian, and records. These are the positions of the header's fields.
 */
export const FIELD = {
  baseOffset: 0,
  /** Bytes that follow this field. */
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  /** CRC-32C of all that follows it, so that a broker may set what is before. */
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const;

/** What stands before the bytes that `length` counts; the same in all formats. */
export const LENGTH_END = 12;

/** The format of record batches; message sets of brokers before 0.11 have 0 and 1 in the same place. */
export const MAGIC = 2;

/** Bits of the attributes. */
export const ATTRIBUTE = {
  /** The lowest three: a codec's number. */
  compression: 0x07,
  /** Every record has the batch's maxTimestamp: the broker's clock, when it appended. */
  logAppendTime: 0x08,
  transactional: 0x10,
  /** Markers that end transactions, not records of applications. */
  control: 0x20,
} as const;

/** What stands in for a producer's id, epoch and sequence when it is not idempotent. */
export const NO_PRODUCER = -1;
