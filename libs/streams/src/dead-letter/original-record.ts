import { lastHeader } from '../records/headers.ts';
import type { ConsumedRecord, OutgoingRecord, RecordHeader } from '../records/record.ts';
import { DEAD_LETTER_HEADERS, splitHeaders } from './headers.ts';

/** A dead letter, made again what it was before it was set aside. */
export interface OriginalRecord {
  readonly reason: string;
  /** Where it came from. */
  readonly topic: string;
  readonly partition: number;
  /** How often it was redriven already. */
  readonly redrives: number;
  /** Not when its dead-letter topic had no room for all of it, or it is too large to be read now. */
  readonly isWhole: boolean;
  /** As it was, with the count of redrives raised by one: a loop can be stopped. */
  readonly record: OutgoingRecord;
}

/**
 * Undoes `deadLetterRecord`: the original key, value, timestamp and headers, in their order.
 *
 * @returns undefined when the headers do not say where the record belongs
 */
export function originalRecord({
  key,
  value,
  headers = [],
  omittedBytes,
}: ConsumedRecord): OriginalRecord | undefined {
  const { own, added } = splitHeaders(headers);
  const reason = lastHeader(added, DEAD_LETTER_HEADERS.reason) ?? '';
  const topic = lastHeader(added, DEAD_LETTER_HEADERS.topic) ?? '';
  const partition = lastHeader(added, DEAD_LETTER_HEADERS.partition) ?? '';
  const timestamp = lastHeader(added, DEAD_LETTER_HEADERS.timestamp) ?? '';
  const isPlaced = /^\d+$/.test(partition) && /^-?\d+$/.test(timestamp);
  if (reason === '' || topic === '' || !isPlaced) return undefined;

  const redrives = countOf(own);
  const kept = own.filter(([name]) => String(name) !== DEAD_LETTER_HEADERS.redrives);
  return {
    reason,
    topic,
    partition: Number(partition),
    redrives,
    isWhole:
      lastHeader(added, DEAD_LETTER_HEADERS.omittedBytes) === undefined &&
      omittedBytes === undefined,
    record: {
      key,
      value,
      headers: [...kept, [DEAD_LETTER_HEADERS.redrives, String(redrives + 1)]],
      timestamp,
    },
  };
}

function countOf(headers: readonly RecordHeader[]): number {
  const count = lastHeader(headers, DEAD_LETTER_HEADERS.redrives) ?? '';
  return /^\d{1,9}$/.test(count) ? Number(count) : 0;
}
