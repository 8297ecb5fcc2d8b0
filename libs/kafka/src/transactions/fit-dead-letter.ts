import { gzipSync } from 'node:zlib';
import type { OutgoingRecord } from '@login-pipeline/streams';
import {
  BATCH_OVERHEAD,
  OMITTED_HEADER,
  addedHeaders,
  lastHeader,
  recordBytes,
  withHeaders,
} from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import type { UsableTopic } from '../client/topics.ts';

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

/**
 * Makes a batch's dead letters fit into their topic, and warns of each that had to leave something out.
 *
 * @param source the partition that the records came from
 * @param refusals of the dead letter at an index, as {@link fitDeadLetter} takes them
 */
export function fitDeadLetters(
  deadLetters: readonly OutgoingRecord[],
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { topic: deadLetterTopic, maxMessageBytes }: UsableTopic,
  logger: Logger,
  refusals: (index: number) => number,
): readonly OutgoingRecord[] {
  return deadLetters.map((record, index) => {
    const fitted = fitDeadLetter(record, maxMessageBytes, refusals(index));
    if (fitted !== record) {
      const bytes = lastHeader(addedHeaders(fitted.headers ?? []), OMITTED_HEADER);
      logger.warn(
        { topic, partition, deadLetterTopic, maxMessageBytes, bytes },
        `A dead letter is too large for its topic: raise max.message.bytes of "${deadLetterTopic}". ` +
          `Its headers say where the whole record is`,
      );
    }
    return fitted;
  });
}

/** @returns whether one batch can hold the record, which goes alone and compressed where it is too large as it is */
function fits(record: OutgoingRecord, maxMessageBytes: number): boolean {
  const whole = BATCH_OVERHEAD + recordBytes(record);
  if (whole <= maxMessageBytes) return true;
  if (record.value === null) return false;
  return whole - record.value.length + gzipSync(record.value).length <= maxMessageBytes;
}

/** @returns how much of the record was left out before, because it was too large to be read */
function omittedBytes({ headers = [] }: OutgoingRecord): number {
  return Number(String(lastHeader(addedHeaders(headers), OMITTED_HEADER) ?? 0));
}

function omitting(record: OutgoingRecord, rest: OutgoingRecord): OutgoingRecord {
  const omitted = String(omittedBytes(record) + recordBytes(record) - recordBytes(rest));
  return { ...rest, headers: withHeaders(rest.headers, [[OMITTED_HEADER, omitted]]) };
}
