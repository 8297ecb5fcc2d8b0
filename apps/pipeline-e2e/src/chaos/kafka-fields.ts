/**
 * Reads the fields of a message one after another, in the older form of Kafka's protocol or in the flexible one: there strings and
 * arrays are compact, and structures end with tagged fields (Kafka protocol guide, "Protocol Primitive Types"; KIP-482).
 */
export class FieldReader {
  readonly #bytes: Buffer;
  readonly #isFlexible: boolean;
  /** Where the next field begins. */
  position: number;

  constructor(bytes: Buffer, position: number, isFlexible: boolean) {
    this.#bytes = bytes;
    this.position = position;
    this.#isFlexible = isFlexible;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.skip(4));
  }

  /** @returns undefined for null */
  string(): string | undefined {
    const length = this.#isFlexible ? this.#varint() - 1 : this.int16();
    if (length < 0) return undefined;
    const start = this.skip(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** Passes over bytes, or over records. */
  skipBytes(): void {
    this.skip(Math.max(0, this.#isFlexible ? this.#varint() - 1 : this.int32()));
  }

  /** Null is read as empty. */
  array<Item>(read: () => Item): Item[] {
    const count = this.#isFlexible ? this.#varint() - 1 : this.int32();
    return Array.from({ length: Math.max(0, count) }, read);
  }

  /** Ends a structure: passes over its tagged fields, if this form has them. */
  end(): void {
    if (!this.#isFlexible) return;
    for (let left = this.#varint(); left > 0; left -= 1) {
      this.#varint();
      this.skip(this.#varint());
    }
  }

  /** @returns where the bytes begin that are passed over */
  skip(length: number): number {
    const start = this.position;
    this.position += length;
    return start;
  }

  #varint(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.skip(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** @returns a message with its length in front */
export function framed(...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([int32(body.length), body]);
}
