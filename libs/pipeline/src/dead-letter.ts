import type { DeadLetter } from './outcome.ts';
import type { ConsumedRecord, OutgoingRecord, RecordHeaders } from './record.ts';

/** Where a dead letter came from, and who set it aside. */
export interface DeadLetterSource {
  readonly topic: string;
  readonly partition: number;
  /** The service that refused the record, `name@version`. */
  readonly service: string;
  /** When it did, ISO 8601. */
  readonly time: string;
}

/** What Kafka Connect would call the error's class; tools that read its headers group by it. */
const EXCEPTION_CLASS = 'InvalidRecord';

/**
 * Sets a record aside: key, value and headers untouched, with headers that say why and whence. A header
 * that the record already has by the same name is kept before the new one, because a record that fails
 * again after a redrive must not lose its history.
 *
 * The names under `__connect.errors.` are Kafka Connect's own (DeadLetterQueueReporter), so that tools
 * made for its dead letters work on these. No header holds personal data.
 */
export function deadLetterRecord(
  record: ConsumedRecord,
  { reason, stage }: DeadLetter,
  { topic, partition, service, time }: DeadLetterSource,
): OutgoingRecord {
  const added = {
    'x-dead-letter-reason': reason,
    'x-dead-letter-stage': stage,
    'x-dead-letter-topic': topic,
    'x-dead-letter-partition': String(partition),
    'x-dead-letter-offset': record.offset,
    'x-dead-letter-timestamp': String(record.timestamp),
    'x-dead-letter-time': time,
    'x-dead-letter-service': service,
    '__connect.errors.topic': topic,
    '__connect.errors.partition': String(partition),
    '__connect.errors.offset': record.offset,
    '__connect.errors.stage': stage,
    '__connect.errors.class.name': service,
    '__connect.errors.exception.class.name': EXCEPTION_CLASS,
    '__connect.errors.exception.message': reason,
  };
  return {
    key: record.key,
    value: record.value,
    headers: record.headers === undefined ? added : appendHeaders(record.headers, added),
    timestamp: record.timestamp,
  };
}

function appendHeaders(
  headers: RecordHeaders,
  added: Readonly<Record<string, string>>,
): RecordHeaders {
  const all: Record<string, RecordHeaders[string]> = { ...headers };
  for (const [name, value] of Object.entries(added)) {
    const before = all[name];
    all[name] = before === undefined ? value : [before, value].flat();
  }
  return all;
}
