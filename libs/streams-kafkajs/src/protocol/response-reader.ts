/** An answer ends before what has to be in it, or cannot be what it says: no broker has written it. */
export class ResponseDamageError extends Error {
  override readonly name = 'ResponseDamageError';
}

/**
 * Reads a response: the primitives of the protocol's flexible versions (Kafka protocol guide,
 * "Protocol Primitive Types"; KIP-482). Bytes are views on the response.
 */
export class ResponseReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#position;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#pass(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#pass(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#pass(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#pass(8));
  }

  bool(): boolean {
    return this.int8() !== 0;
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#pass(1)] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new ResponseDamageError('a varint is longer than five bytes');
  }

  /** COMPACT_STRING; null is read as empty. */
  string(): string {
    return this.nullableString() ?? '';
  }

  /** COMPACT_NULLABLE_STRING. */
  nullableString(): string | undefined {
    const length = this.unsignedVarint() - 1;
    if (length < 0) return undefined;
    const start = this.#pass(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** COMPACT_BYTES and COMPACT_RECORDS, as a view; null is read as empty. */
  bytes(): Buffer {
    const length = this.unsignedVarint() - 1;
    const start = this.#pass(Math.max(0, length));
    return this.#bytes.subarray(start, this.#position);
  }

  /** @returns 32 hexadecimal digits */
  uuid(): string {
    const start = this.#pass(16);
    return this.#bytes.toString('hex', start, start + 16);
  }

  /** COMPACT_ARRAY; null is read as empty. */
  array<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.unsignedVarint() - 1; left > 0; left -= 1) items.push(read());
    return items;
  }

  /**
   * Ends a structure: passes over its tagged fields (KIP-482).
   *
   * @param read reads the fields with a tag that it knows, and tells whether it did
   */
  end(read: (tag: number) => boolean = () => false): void {
    for (let left = this.unsignedVarint(); left > 0; left -= 1) {
      const tag = this.unsignedVarint();
      const size = this.unsignedVarint();
      const end = this.#position + size;
      if (!read(tag)) this.#pass(size);
      else if (this.#position !== end) {
        throw new ResponseDamageError(`the field with tag ${tag} has another size than it says`);
      }
    }
  }

  /** Partitions by topic, as nearly all responses have them; `read` ends the structure of a partition. */
  topics<Item>(read: (topic: string) => Item): Item[] {
    return this.groups(() => this.string(), read);
  }

  /** Items by a key that they share. */
  groups<Item>(readKey: () => string, read: (key: string) => Item): Item[] {
    const items: Item[] = [];
    this.array(() => {
      const key = readKey();
      for (let left = this.unsignedVarint() - 1; left > 0; left -= 1) items.push(read(key));
      this.end();
    });
    return items;
  }

  /** @returns where the bytes begin that are passed */
  #pass(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) {
      throw new ResponseDamageError('it ends before what has to be in it');
    }
    this.#position = start + length;
    return start;
  }
}
