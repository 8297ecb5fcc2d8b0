import type { RecordHeader, RecordHeaders } from '../records/record.ts';

/** The headers of a dead letter, and of one that was redriven: others read them, their names stay. */
export const DEAD_LETTER_HEADERS = {
  reason: 'x-dead-letter-reason',
  stage: 'x-dead-letter-stage',
  topic: 'x-dead-letter-topic',
  partition: 'x-dead-letter-partition',
  offset: 'x-dead-letter-offset',
  /** The record's own, epoch ms. */
  timestamp: 'x-dead-letter-timestamp',
  /** When the record was refused, ISO 8601. */
  time: 'x-dead-letter-time',
  service: 'x-dead-letter-service',
  /** On a dead letter that is not whole: how many bytes of key, value and headers it had to leave out. */
  omittedBytes: 'x-dead-letter-omitted-bytes',
  /** On a record that was redriven: how often. */
  redrives: 'x-redrive-count',
} as const;

/** Kafka Connect's own names (DeadLetterQueueReporter): tools made for its dead letters work on ours. */
export const CONNECT_HEADERS = {
  topic: '__connect.errors.topic',
  partition: '__connect.errors.partition',
  offset: '__connect.errors.offset',
  stage: '__connect.errors.stage',
  className: '__connect.errors.class.name',
  exceptionClass: '__connect.errors.exception.class.name',
  exceptionMessage: '__connect.errors.exception.message',
} as const;

/** What the names of all that a dead letter adds begin with. */
const ADDED_NAME = /^(?:x-dead-letter-|__connect\.errors\.)/;

/**
 * Tells a dead letter's headers apart: those of the record that was set aside, in their order, and those that setting it aside
 * has added. The last reason begins these, so that earlier ones by the same names are the record's; what others have added
 * since goes with the record.
 */
export function splitHeaders(headers: RecordHeaders): {
  readonly own: readonly RecordHeader[];
  readonly added: readonly RecordHeader[];
} {
  const all = [...headers];
  const start = all.findLastIndex(([name]) => String(name) === DEAD_LETTER_HEADERS.reason);
  if (start < 0) return { own: all, added: [] };
  const own = all.slice(0, start);
  const added: RecordHeader[] = [];
  for (const header of all.slice(start))
    (ADDED_NAME.test(String(header[0])) ? added : own).push(header);
  return { own, added };
}

/** @returns the headers that setting a record aside has added, without decoding those that came */
export function addedHeaders(headers: RecordHeaders): readonly RecordHeader[] {
  return 'added' in headers ? headers.added : splitHeaders(headers).added;
}
