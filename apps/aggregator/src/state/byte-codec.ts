/** Appends unsigned whole numbers (LEB128), texts and bytes to a buffer that grows. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;

  /** @param value a whole number from 0 to 2^53 - 1 */
  uint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** UTF-8, after its length in bytes. */
  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.uint(size);
    this.#reserve(size);
    this.#length += this.#bytes.write(value, this.#length);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** @returns what was written; valid until the next write */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.#length + size));
    this.#bytes.copy(grown);
    this.#bytes = grown;
  }
}

/** Reads what {@link ByteWriter} wrote; throws a RangeError past the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  uint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.#bytes.readUInt8(this.#position++);
      value += (byte % 0x80) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number has more than 8 bytes');
  }

  text(): string {
    return this.raw(this.uint()).toString();
  }

  raw(size: number): Buffer {
    const end = this.#position + size;
    if (end > this.#bytes.length) throw new RangeError('the bytes end too early');
    const read = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return read;
  }

  /** Calls back as often as the number that comes next says. */
  repeat(read: () => void): void {
    for (let left = this.uint(); left > 0; left -= 1) read();
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }
}
