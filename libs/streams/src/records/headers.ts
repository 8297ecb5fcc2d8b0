import type { EncodedHeaders, ExtendedHeaders, RecordHeader, RecordHeaders } from './record.ts';

/** @returns the text of the last header by a name; undefined where there is none, or its value is null */
export function lastHeader(headers: Iterable<RecordHeader>, name: string): string | undefined {
  let last: RecordHeader[1] = null;
  for (const header of headers) if (String(header[0]) === name) last = header[1];
  return last === null ? undefined : String(last);
}

/** @returns headers with others behind them; what came encoded stays so */
export function withHeaders(
  headers: RecordHeaders | undefined,
  added: readonly RecordHeader[],
): RecordHeaders {
  if (headers === undefined) return added;
  if ('encoded' in headers) return new Extended(headers, added);
  if ('added' in headers) return new Extended(headers.came, [...headers.added, ...added]);
  return [...headers, ...added];
}

class Extended implements ExtendedHeaders {
  readonly came: EncodedHeaders;
  readonly added: readonly RecordHeader[];

  constructor(came: EncodedHeaders, added: readonly RecordHeader[]) {
    this.came = came;
    this.added = added;
  }

  *[Symbol.iterator](): Generator<RecordHeader> {
    yield* this.came;
    yield* this.added;
  }
}
