import { DamageError } from '@login-pipeline/streams';
import type { Int64 } from './int64.ts';
import { int64 } from './int64.ts';

/**
 * Reads the variable parts of records. Past the end it reads zeros: the caller compares the position
 * with where the record has to end, which costs less than a check at every byte.
 *
 * Variable-length integers are Protocol Buffers' zigzag varints (Kafka protocol guide, "Protocol Primitive Types").
 */
export class ByteReader {
  readonly bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Reads an int32. @throws DamageError when it is longer than five bytes */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.position++] ?? 0;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let raw = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = bytes[this.position++] ?? 0;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    throw new DamageError('a varint is longer than five bytes');
  }

  /** Reads an int64. @throws DamageError when it is longer than ten bytes */
  varlong(): Int64 {
    const { bytes, position } = this;
    let raw = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[this.position++] ?? 0;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    this.position = position;
    return this.#longVarlong();
  }

  /** Reads a length and as many bytes, as a view; a negative length is null. */
  nullableBytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.position;
    this.position = start + length;
    return this.bytes.subarray(start, this.position);
  }

  /** Passes over as many bytes; none for a negative length. */
  skip(length: number): void {
    if (length > 0) this.position += length;
  }

  #longVarlong(): Int64 {
    let raw = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.position++] ?? 0;
      raw |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return int64((BigInt.asUintN(64, raw) >> 1n) ^ -(raw & 1n));
    }
    throw new DamageError('a varlong is longer than ten bytes');
  }
}
