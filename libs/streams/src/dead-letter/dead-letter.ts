import { withHeaders } from '../records/headers.ts';
import type { DeadLetter } from '../plan/outcome.ts';
import type { ConsumedRecord, OutgoingRecord, RecordHeader } from '../records/record.ts';
import { CONNECT_HEADERS, DEAD_LETTER_HEADERS } from './headers.ts';

/** Where a dead letter came from, and who set it aside. */
export interface DeadLetterSource {
  readonly topic: string;
  readonly partition: number;
  /** The service that refused the record, `name@version`. */
  readonly service: string;
  /** When it did. */
  readonly time: Date;
}

/** What Kafka Connect would call the error's class; tools that read its headers group by it. */
const EXCEPTION_CLASS = 'InvalidRecord';

/**
 * Sets a record aside: key, value and headers untouched, and after these the headers that say why and whence. Its timestamp
 * is that of the failure: a topic that refuses the record's own, or counts retention from it, would lose it. The record's
 * own may have the same names: one that is set aside a second time keeps its history. No header holds personal data.
 */
export function deadLetterRecord(
  record: ConsumedRecord,
  { reason, stage }: DeadLetter,
  { topic, partition, service, time }: DeadLetterSource,
): OutgoingRecord {
  const added: readonly RecordHeader[] = [
    // First: readers find by it where what was added begins.
    [DEAD_LETTER_HEADERS.reason, reason],
    [DEAD_LETTER_HEADERS.stage, stage],
    [DEAD_LETTER_HEADERS.topic, topic],
    [DEAD_LETTER_HEADERS.partition, String(partition)],
    [DEAD_LETTER_HEADERS.offset, record.offset],
    [DEAD_LETTER_HEADERS.timestamp, String(record.timestamp)],
    [DEAD_LETTER_HEADERS.time, time.toISOString()],
    [DEAD_LETTER_HEADERS.service, service],
    [CONNECT_HEADERS.topic, topic],
    [CONNECT_HEADERS.partition, String(partition)],
    [CONNECT_HEADERS.offset, record.offset],
    [CONNECT_HEADERS.stage, stage],
    [CONNECT_HEADERS.className, service],
    [CONNECT_HEADERS.exceptionClass, EXCEPTION_CLASS],
    [CONNECT_HEADERS.exceptionMessage, reason],
    ...omission(record),
  ];
  return {
    key: record.key,
    value: record.value,
    headers: withHeaders(record.headers, added),
    timestamp: time.getTime(),
  };
}

function omission({ omittedBytes }: ConsumedRecord): readonly RecordHeader[] {
  if (omittedBytes === undefined) return [];
  return [[DEAD_LETTER_HEADERS.omittedBytes, String(omittedBytes)]];
}
