import { gzipSync } from 'node:zlib';
import { lastHeader, withHeaders } from '../records/headers.ts';
import { BATCH_OVERHEAD, recordBytes } from '../records/record-size.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { addedHeaders, DEAD_LETTER_HEADERS } from './headers.ts';

/** How often something can be left out of a dead letter: the value, then key and headers. */
export const MOST_OMISSIONS = 2;

/**
 * Makes a dead letter fit into its topic: its headers make it larger than the record that came, and a record that could
 * not be set aside would keep its partition from ever going on. What fits, compressed if need be, stays as it is. Of
 * what does not, the value is left out, and key and headers only if they are too large themselves; the record's place,
 * which is in the headers, still leads to all of it.
 *
 * @param maxMessageBytes of the dead-letter topic
 * @param refusals how often the topic has found it too large nevertheless: something is left out for each
 */
export function fitDeadLetter(
  record: OutgoingRecord,
  maxMessageBytes: number,
  refusals = 0,
): OutgoingRecord {
  if (refusals === 0 && fits(record, maxMessageBytes)) return record;
  if (record.value !== null && refusals < MOST_OMISSIONS) {
    const withoutValue = omitting(record, { ...record, value: null });
    if (fits(withoutValue, maxMessageBytes)) return withoutValue;
  }
  const headers = addedHeaders(record.headers ?? []);
  return omitting(record, { ...record, key: null, value: null, headers });
}

/** @returns how many bytes of the record a dead letter had to leave out; 0 where it is whole */
export function omittedBytes({ headers = [] }: OutgoingRecord): number {
  return Number(String(lastHeader(addedHeaders(headers), DEAD_LETTER_HEADERS.omittedBytes) ?? 0));
}

/** @returns whether one batch can hold the record, which goes alone and compressed where it is too large as it is */
function fits(record: OutgoingRecord, maxMessageBytes: number): boolean {
  const whole = BATCH_OVERHEAD + recordBytes(record);
  if (whole <= maxMessageBytes) return true;
  if (record.value === null) return false;
  return whole - record.value.length + gzipSync(record.value).length <= maxMessageBytes;
}

function omitting(record: OutgoingRecord, rest: OutgoingRecord): OutgoingRecord {
  const omitted = String(omittedBytes(record) + recordBytes(record) - recordBytes(rest));
  return {
    ...rest,
    headers: withHeaders(rest.headers, [[DEAD_LETTER_HEADERS.omittedBytes, omitted]]),
  };
}
