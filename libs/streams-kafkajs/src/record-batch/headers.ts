import type { EncodedHeaders, RecordHeader, RecordHeaders } from '@login-pipeline/streams';
import { DamageError } from '@login-pipeline/streams';
import { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { nullableBytesSize, varintSize } from './byte-writer.ts';

/** Headers that {@link skipHeaders} has passed over: a view on what was fetched. */
export class FetchedHeaders implements EncodedHeaders {
  readonly encoded: Buffer;

  constructor(encoded: Buffer) {
    this.encoded = encoded;
  }

  *[Symbol.iterator](): Generator<RecordHeader> {
    const reader = new ByteReader(this.encoded);
    for (let left = reader.varint(); left > 0; left -= 1) {
      yield [reader.nullableBytes() ?? '', reader.nullableBytes()];
    }
  }
}

/**
 * Passes over a record's headers, so that decoding them can wait until they are asked for, and cannot fail then.
 *
 * @throws DamageError when a name is missing or the headers do not end by `end`
 */
export function skipHeaders(reader: ByteReader, end: number): void {
  for (let left = reader.varint(); left > 0; left -= 1) {
    const nameLength = reader.varint();
    if (nameLength < 0) throw new DamageError('a header has no name');
    reader.position += nameLength;
    reader.skip(reader.varint());
    // A damaged count must not have the reader go past the end.
    if (reader.position > end) throw new DamageError('the headers are longer than their record');
  }
}

/** @returns how many bytes {@link writeHeaders} writes */
export function headersSize(headers: RecordHeaders | undefined): number {
  if (headers === undefined) return 1;
  if ('encoded' in headers) return headers.encoded.length;
  if (!('added' in headers)) return varintSize(headers.length) + listSize(headers);
  const { count, rest } = counted(headers.came);
  return varintSize(count + headers.added.length) + rest.length + listSize(headers.added);
}

export function writeHeaders(writer: ByteWriter, headers: RecordHeaders | undefined): void {
  if (headers === undefined) {
    writer.byte(0);
  } else if ('encoded' in headers) {
    writer.rawBytes(headers.encoded);
  } else if ('added' in headers) {
    const { count, rest } = counted(headers.came);
    writer.varint(count + headers.added.length);
    writer.rawBytes(rest);
    writeList(writer, headers.added);
  } else {
    writer.varint(headers.length);
    writeList(writer, headers);
  }
}

function writeList(writer: ByteWriter, headers: readonly RecordHeader[]): void {
  for (const [name, value] of headers) {
    writer.nullableBytes(name);
    writer.nullableBytes(value);
  }
}

function listSize(headers: readonly RecordHeader[]): number {
  return headers.reduce(
    (size, [name, value]) => size + nullableBytesSize(name) + nullableBytesSize(value),
    0,
  );
}

/** @returns how many headers there are, and their bytes without that number */
function counted({ encoded }: EncodedHeaders): { readonly count: number; readonly rest: Buffer } {
  const reader = new ByteReader(encoded);
  const count = reader.varint();
  return { count, rest: encoded.subarray(reader.position) };
}
