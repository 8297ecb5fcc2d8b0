import type { ConsumedRecord, OutgoingRecord, RecordHeaders } from './record.ts';

/** A dead letter, made again what it was before it was set aside. */
export interface OriginalRecord {
  readonly reason: string;
  /** Where it came from. */
  readonly topic: string;
  readonly partition: number;
  /** How often it was redriven already. */
  readonly redrives: number;
  /** Not when the dead-letter topic had no room for all of it: the headers still say where the whole record is. */
  readonly isWhole: boolean;
  /** As it was, with the count of redrives raised by one: whoever loops can be stopped. */
  readonly record: OutgoingRecord;
}

/** On a record that was redriven: how often. */
const COUNT_HEADER = 'x-redrive-count';

const PREFIXES = ['x-dead-letter-', '__connect.errors.'];

/**
 * Undoes {@link deadLetterRecord}: the original key, value, timestamp and headers. Of a header that a dead letter has
 * several times the last one was added when it was set aside; the others are the record's own.
 *
 * @returns undefined when the headers do not say where the record belongs
 */
export function originalRecord({
  key,
  value,
  headers = {},
}: ConsumedRecord): OriginalRecord | undefined {
  const reason = lastText(headers, 'x-dead-letter-reason');
  const topic = lastText(headers, 'x-dead-letter-topic');
  const partition = lastText(headers, 'x-dead-letter-partition');
  const timestamp = lastText(headers, 'x-dead-letter-timestamp');
  const isPlaced = /^\d+$/.test(partition) && /^-?\d+$/.test(timestamp);
  if (reason === '' || topic === '' || !isPlaced) return undefined;

  const count = lastText(headers, COUNT_HEADER);
  const redrives = /^\d{1,9}$/.test(count) ? Number(count) : 0;
  const kept = { ...withoutLast(headers), [COUNT_HEADER]: String(redrives + 1) };
  return {
    reason,
    topic,
    partition: Number(partition),
    redrives,
    isWhole: headers['x-dead-letter-omitted-bytes'] === undefined,
    record: { key, value, headers: kept, timestamp },
  };
}

function lastText(headers: RecordHeaders, name: string): string {
  return String([headers[name]].flat().at(-1) ?? '');
}

function withoutLast(headers: RecordHeaders): RecordHeaders {
  const kept = new Map<string, RecordHeaders[string]>();
  for (const [name, value] of Object.entries(headers)) {
    const isAdded = PREFIXES.some((prefix) => name.startsWith(prefix));
    if (!isAdded) {
      kept.set(name, value);
      continue;
    }
    const before = [value]
      .flat()
      .slice(0, -1)
      .filter((one) => one !== undefined);
    const [only] = before;
    if (only !== undefined) kept.set(name, before.length === 1 ? only : before);
  }
  // Unlike an assignment this keeps a header named __proto__ a header.
  return Object.fromEntries(kept);
}
