import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter, Bytes } from './byte-writer.ts';
import { nullableBytesSize, varintSize } from './byte-writer.ts';
import { DamageError } from './errors.ts';

type HeaderValue = Buffer | null;

/** Headers as read: a value by name, a list where the name occurs several times. */
export type ReadHeaders = Record<string, HeaderValue | HeaderValue[]>;

/** Headers to write; a list is one header per value. */
export type WritableHeaders = Readonly<Record<string, Bytes | readonly Bytes[]>>;

/**
 * Passes over a record's headers, so that decoding them can wait until somebody asks, and cannot fail then.
 *
 * @throws DamageError when a name is missing or the headers do not end by `end`
 */
export function skipHeaders(reader: ByteReader, end: number): void {
  for (let left = reader.varint(); left > 0; left -= 1) {
    const nameLength = reader.varint();
    if (nameLength < 0) throw new DamageError('a header has no name');
    reader.position += nameLength;
    reader.skip(reader.varint());
    // A damaged count must not keep us reading past the end.
    if (reader.position > end) throw new DamageError('the headers are longer than their record');
  }
}

/** @returns the headers that {@link skipHeaders} passed over, their values as views */
export function readHeaders(reader: ByteReader): ReadHeaders {
  const headers = new Map<string, HeaderValue | HeaderValue[]>();
  for (let left = reader.varint(); left > 0; left -= 1) {
    const name = reader.nullableBytes()?.toString() ?? '';
    const value = reader.nullableBytes();
    const before = headers.get(name);
    if (Array.isArray(before)) before.push(value);
    else headers.set(name, before === undefined ? value : [before, value]);
  }
  // Unlike an assignment this keeps a header named __proto__ a header.
  return Object.fromEntries(headers);
}

/** @returns how many bytes {@link writeHeaders} writes */
export function headersSize(headers: WritableHeaders | undefined): number {
  if (headers === undefined) return 1;
  let count = 0;
  let size = 0;
  forEachHeader(headers, (name, value) => {
    count += 1;
    size += nullableBytesSize(name) + nullableBytesSize(value);
  });
  return varintSize(count) + size;
}

export function writeHeaders(writer: ByteWriter, headers: WritableHeaders | undefined): void {
  if (headers === undefined) {
    writer.byte(0);
    return;
  }
  let count = 0;
  forEachHeader(headers, () => (count += 1));
  writer.varint(count);
  forEachHeader(headers, (name, value) => {
    writer.nullableBytes(name);
    writer.nullableBytes(value);
  });
}

function forEachHeader(
  headers: WritableHeaders,
  visit: (name: string, value: Bytes) => void,
): void {
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (isList(value)) for (const each of value) visit(name, each);
    else visit(name, value);
  }
}

/** Array.isArray does not tell read-only arrays from the rest. */
function isList(value: Bytes | readonly Bytes[]): value is readonly Bytes[] {
  return Array.isArray(value);
}
