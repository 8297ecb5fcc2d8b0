import { withHeaders } from '../records/headers.ts';
import type { DeadLetter } from '../plan/outcome.ts';
import type {
  ConsumedRecord,
  OutgoingRecord,
  RecordHeader,
  RecordHeaders,
} from '../records/record.ts';

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

/** On a dead letter that is not whole: how many bytes of key, value and headers it had to leave out. */
export const OMITTED_HEADER = 'x-dead-letter-omitted-bytes';

/** The first of the headers that a dead letter adds. */
const FIRST_HEADER = 'x-dead-letter-reason';

/** What the names of all of them begin with. */
const OWN_NAME = /^(?:x-dead-letter-|__connect\.errors\.)/;

/**
 * Sets a record aside: key, value and headers untouched, and after these the headers that say why and whence. Its timestamp
 * is that of the failure: a topic that refuses the record's own, or counts retention from it, would lose it. The record's
 * own may have the same names: one that is set aside a second time keeps its history.
 *
 * The names under `__connect.errors.` are Kafka Connect's own (DeadLetterQueueReporter), so that tools
 * made for its dead letters work on these. No header holds personal data.
 */
export function deadLetterRecord(
  record: ConsumedRecord,
  { reason, stage }: DeadLetter,
  { topic, partition, service, time }: DeadLetterSource,
): OutgoingRecord {
  const added = Object.entries({
    [FIRST_HEADER]: reason,
    'x-dead-letter-stage': stage,
    'x-dead-letter-topic': topic,
    'x-dead-letter-partition': String(partition),
    'x-dead-letter-offset': record.offset,
    'x-dead-letter-timestamp': String(record.timestamp),
    'x-dead-letter-time': time.toISOString(),
    'x-dead-letter-service': service,
    '__connect.errors.topic': topic,
    '__connect.errors.partition': String(partition),
    '__connect.errors.offset': record.offset,
    '__connect.errors.stage': stage,
    '__connect.errors.class.name': service,
    '__connect.errors.exception.class.name': EXCEPTION_CLASS,
    '__connect.errors.exception.message': reason,
    ...(record.omittedBytes !== undefined && { [OMITTED_HEADER]: String(record.omittedBytes) }),
  });
  return {
    key: record.key,
    value: record.value,
    headers: withHeaders(record.headers, added),
    timestamp: time.getTime(),
  };
}

/**
 * Tells a dead letter's headers apart: those of the record that was set aside, in their order, and those that
 * {@link deadLetterRecord} added. The last reason begins these, so that earlier ones by the same names are the record's;
 * what others have added since goes with the record.
 */
export function splitHeaders(headers: RecordHeaders): {
  readonly own: readonly RecordHeader[];
  readonly added: readonly RecordHeader[];
} {
  const all = [...headers];
  const start = all.findLastIndex(([name]) => String(name) === FIRST_HEADER);
  if (start < 0) return { own: all, added: [] };
  const own = all.slice(0, start);
  const added: RecordHeader[] = [];
  for (const header of all.slice(start))
    (OWN_NAME.test(String(header[0])) ? added : own).push(header);
  return { own, added };
}

/** @returns the headers that {@link deadLetterRecord} added, without decoding those that came */
export function addedHeaders(headers: RecordHeaders): readonly RecordHeader[] {
  return 'added' in headers ? headers.added : splitHeaders(headers).added;
}
