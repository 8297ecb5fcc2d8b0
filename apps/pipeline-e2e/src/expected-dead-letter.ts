import { sameBytes, sameHeaders, valuesOf } from './compare.ts';
import type { InputRecord } from './load.ts';
import type { ReadRecord } from './topic-reader.ts';

/** A record that must become a dead letter. */
export interface Refusal {
  readonly record: InputRecord;
  /** Where it was read from. */
  readonly topic: string;
  readonly reason: string;
}

const CONNECT = '__connect.errors.';
const OURS = 'x-dead-letter-';
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Headers whose value is not prescribed, with what it must look like. */
const FREE_HEADERS: Readonly<Record<string, RegExp>> = {
  [`${OURS}stage`]: /^[a-z]+$/,
  [`${OURS}time`]: ISO_TIME,
  [`${OURS}service`]: /^transformer@\d+\.\d+\.\d+/,
  [`${CONNECT}stage`]: /^[a-z]+$/,
  [`${CONNECT}class.name`]: /^\S+$/,
  [`${CONNECT}exception.class.name`]: /^\S+$/,
  [`${CONNECT}exception.message`]: /^\S+$/,
};

/** @returns what is wrong with the dead letter of a record, or undefined */
export function deadLetterFault(
  { record, topic, reason }: Refusal,
  found: ReadRecord,
): string | undefined {
  const prescribed: Readonly<Record<string, string>> = {
    [`${OURS}reason`]: reason,
    [`${OURS}topic`]: topic,
    [`${OURS}partition`]: String(record.partition),
    [`${OURS}offset`]: String(record.offset),
    [`${OURS}timestamp`]: record.timestamp,
    [`${CONNECT}topic`]: topic,
    [`${CONNECT}partition`]: String(record.partition),
    [`${CONNECT}offset`]: String(record.offset),
  };
  const headers = { ...found.headers };
  for (const name of [...Object.keys(prescribed), ...Object.keys(FREE_HEADERS)]) {
    // Added behind what the record had by that name.
    const added = valuesOf(headers, name).at(-1)?.toString();
    if (added === undefined) return `no header ${name}`;
    const right = name in prescribed ? added === prescribed[name] : FREE_HEADERS[name]?.test(added);
    if (right !== true) return `header ${name} is ${added}`;
    headers[name] = valuesOf(headers, name).slice(0, -1);
  }
  if (!sameHeaders(headers, record.headers)) return 'its own headers differ';
  if (!sameBytes(found.key, record.key)) return 'another key';
  if (!sameBytes(found.value, record.value)) return 'another value';
  return undefined;
}
