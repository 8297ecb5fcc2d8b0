import type { RecordHeader } from './record.ts';

/** @returns the text of the last header by a name; undefined where there is none, or its value is null */
export function lastHeader(headers: Iterable<RecordHeader>, name: string): string | undefined {
  let last: RecordHeader[1] = null;
  for (const header of headers) if (String(header[0]) === name) last = header[1];
  return last === null ? undefined : String(last);
}
