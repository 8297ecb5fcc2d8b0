import type { Int64 } from './int64.ts';

/** Bytes, or a text that stands for its UTF-8; null and undefined are no value, other than an empty one. */
export type Bytes = Uint8Array | string | null | undefined;

/** Writes the variable parts of records into a buffer that has the room: sizes are counted before. */
export class ByteWriter {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position: number) {
    this.bytes = bytes;
    this.position = position;
  }

  byte(value: number): void {
    this.bytes[this.position++] = value;
  }

  varint(value: number): void {
    const { bytes } = this;
    let raw = zigzag(value);
    while (raw >= 0x80) {
      bytes[this.position++] = (raw & 0x7f) | 0x80;
      raw >>>= 7;
    }
    bytes[this.position++] = raw;
  }

  varlong(value: Int64): void {
    if (isInt32(value)) {
      this.varint(value);
      return;
    }
    let raw = zigzag64(value);
    while (raw >= 0x80n) {
      this.byte(Number(raw & 0x7fn) | 0x80);
      raw >>= 7n;
    }
    this.byte(Number(raw));
  }

  /** Writes the length, -1 for no value, and the bytes. */
  nullableBytes(value: Bytes): void {
    if (value === null || value === undefined) {
      this.varint(-1);
    } else if (typeof value === 'string') {
      this.varint(Buffer.byteLength(value));
      this.position += this.bytes.write(value, this.position);
    } else {
      this.varint(value.length);
      this.rawBytes(value);
    }
  }

  rawBytes(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }
}

/** @returns how many bytes {@link ByteWriter.varint} writes */
export function varintSize(value: number): number {
  const raw = zigzag(value);
  if (raw < 0x80) return 1;
  if (raw < 0x4000) return 2;
  if (raw < 0x20_0000) return 3;
  return raw < 0x1000_0000 ? 4 : 5;
}

/** @returns how many bytes {@link ByteWriter.varlong} writes */
export function varlongSize(value: Int64): number {
  if (isInt32(value)) return varintSize(value);
  let size = 1;
  for (let raw = zigzag64(value); raw >= 0x80n; raw >>= 7n) size += 1;
  return size;
}

/** @returns how many bytes {@link ByteWriter.nullableBytes} writes */
export function nullableBytesSize(value: Bytes): number {
  if (value === null || value === undefined) return 1;
  const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  return varintSize(length) + length;
}

/** An int32 is the same bytes as a varlong and as a varint. */
function isInt32(value: Int64): value is number {
  return value === Number(value) && value === (value | 0);
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function zigzag64(value: Int64): bigint {
  const wide = BigInt(value);
  return BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
}
