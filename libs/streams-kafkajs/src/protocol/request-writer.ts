const FIRST_ROOM = 512;
const MORE_ROOM = 16_384;
/** Below, a copy costs less than a buffer more for the socket. */
const LARGE = 4_096;
const SIZE_BYTES = 4;

/**
 * Writes a request: the primitives of the protocol's flexible versions (Kafka protocol guide,
 * "Protocol Primitive Types"; KIP-482). What is large already is passed on as it is, so that a
 * request is a list of buffers and nothing is copied.
 */
export class RequestWriter {
  readonly #done: Buffer[] = [];
  #doneBytes = 0;
  #bytes = Buffer.allocUnsafe(FIRST_ROOM);
  #start = 0;
  #position = SIZE_BYTES;

  int8(value: number): void {
    this.#position = this.#room(1).writeInt8(value, this.#position);
  }

  int16(value: number): void {
    this.#position = this.#room(2).writeInt16BE(value, this.#position);
  }

  int32(value: number): void {
    this.#position = this.#room(4).writeInt32BE(value, this.#position);
  }

  int64(value: bigint): void {
    this.#position = this.#room(8).writeBigInt64BE(value, this.#position);
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  /** A varint that is not negative, and so is not zigzag encoded. */
  unsignedVarint(value: number): void {
    const bytes = this.#room(5);
    let left = value;
    while (left >= 0x80) {
      bytes[this.#position++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    bytes[this.#position++] = left;
  }

  /** COMPACT_STRING. */
  string(text: string): void {
    const length = Buffer.byteLength(text);
    this.unsignedVarint(length + 1);
    this.#text(text, length, 'utf8');
  }

  /** COMPACT_NULLABLE_STRING. */
  nullableString(text: string | undefined): void {
    if (text === undefined) this.unsignedVarint(0);
    else this.string(text);
  }

  /** NULLABLE_STRING, which the header alone has kept. */
  classicString(text: string): void {
    const length = Buffer.byteLength(text);
    this.int16(length);
    this.#text(text, length, 'utf8');
  }

  /** COMPACT_BYTES and COMPACT_RECORDS. The bytes must stay as they are until the request is sent. */
  bytes(bytes: Buffer): void {
    this.unsignedVarint(bytes.length + 1);
    this.raw(bytes);
  }

  /** Bytes that are encoded already. */
  raw(bytes: Buffer): void {
    if (bytes.length <= Math.max(LARGE, this.#bytes.length - this.#position)) {
      const room = this.#room(bytes.length);
      this.#position += bytes.copy(room, this.#position);
      return;
    }
    this.#endBuffer();
    this.#done.push(bytes);
    this.#doneBytes += bytes.length;
  }

  /** @param digits 32 hexadecimal ones */
  uuid(digits: string): void {
    this.#text(digits, 16, 'hex');
  }

  /** COMPACT_ARRAY. */
  array<Item>(items: readonly Item[], write: (item: Item) => void): void {
    this.unsignedVarint(items.length + 1);
    for (const item of items) write(item);
  }

  /** A COMPACT_ARRAY that is null. */
  noArray(): void {
    this.unsignedVarint(0);
  }

  /** Ends a structure: it has no tagged fields (KIP-482). */
  end(): void {
    this.unsignedVarint(0);
  }

  /**
   * Partitions by topic, as nearly all requests have them; each topic ends its structure, and
   * `write` that of a partition.
   */
  topics<Item extends { readonly topic: string }>(
    items: readonly Item[],
    write: (item: Item) => void,
  ): void {
    this.groups(
      items,
      ({ topic }) => topic,
      (topic) => {
        this.string(topic);
      },
      write,
    );
  }

  /** Items by a key that they share, in the order in which the keys come first. */
  groups<Item>(
    items: readonly Item[],
    keyOf: (item: Item) => string,
    writeKey: (key: string) => void,
    write: (item: Item) => void,
  ): void {
    const groups = new Map<string, Item[]>();
    for (const item of items) {
      const key = keyOf(item);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
    this.unsignedVarint(groups.size + 1);
    for (const [key, members] of groups) {
      writeKey(key);
      this.array(members, write);
      this.end();
    }
  }

  /** @returns the request, its size in front */
  finish(): readonly Buffer[] {
    this.#endBuffer();
    this.#done[0]?.writeInt32BE(this.#doneBytes - SIZE_BYTES);
    return this.#done;
  }

  #text(text: string, length: number, encoding: 'utf8' | 'hex'): void {
    // First the room, which may be in another buffer, and then the position in it.
    const bytes = this.#room(length);
    this.#position += bytes.write(text, this.#position, length, encoding);
  }

  #room(bytes: number): Buffer {
    if (bytes > this.#bytes.length - this.#position) {
      this.#endBuffer();
      this.#bytes = Buffer.allocUnsafe(Math.max(MORE_ROOM, bytes));
      this.#start = this.#position = 0;
    }
    return this.#bytes;
  }

  #endBuffer(): void {
    if (this.#position === this.#start) return;
    this.#done.push(this.#bytes.subarray(this.#start, this.#position));
    this.#doneBytes += this.#position - this.#start;
    this.#start = this.#position;
  }
}
