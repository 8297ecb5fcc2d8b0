import { DamageError } from '@login-pipeline/streams';

/** A window on bytes that come in parts: what was read is let go, what is needed next is put together. */
export class PartWindow {
  readonly #parts: AsyncIterator<Buffer>;
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  /** What is left of the last part: the window has taken no more than was needed. */
  #ahead: Buffer = Buffer.alloc(0);
  #position = 0;
  #seen = 0;

  /** @param maxBytes the most that all parts may be together */
  constructor(parts: AsyncIterable<Buffer>, maxBytes: number) {
    this.#parts = parts[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
  }

  /** What is in the window, from {@link position} on not yet read. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get position(): number {
    return this.#position;
  }

  set position(position: number) {
    this.#position = position;
  }

  get left(): number {
    return this.#bytes.length - this.#position;
  }

  /**
   * Takes one more part into the window, or as many as it needs. They are put together once: the unread bytes would
   * otherwise be copied for every small part.
   *
   * @param least how many unread bytes are needed
   * @returns whether there was one
   * @throws DamageError when the parts are too much
   */
  async more(least = 0): Promise<boolean> {
    const first = await this.#next();
    if (first === undefined) return false;
    const rest = this.#bytes.subarray(this.#position);
    this.#position = 0;
    if (rest.length === 0 && first.length >= least) {
      this.#bytes = first;
      return true;
    }
    const bytes = Buffer.allocUnsafeSlow(Math.max(least, rest.length + first.length));
    let length = rest.copy(bytes);
    for (let part: Buffer | undefined = first; part !== undefined; part = await this.#next()) {
      const taken = part.copy(bytes, length);
      length += taken;
      this.#ahead = part.subarray(taken);
      if (length === bytes.length) break;
    }
    this.#bytes = bytes.subarray(0, length);
    return true;
  }

  /** Takes in so many unread bytes, or all that there are. */
  async atLeast(bytes: number): Promise<void> {
    if (this.left < bytes) await this.more(bytes);
  }

  /** Passes over bytes without keeping them. @throws DamageError when there are not as many */
  async skip(bytes: number): Promise<void> {
    let missing = bytes - this.left;
    this.#position += Math.min(bytes, this.left);
    while (missing > 0) {
      const part = await this.#next();
      if (part === undefined) throw new DamageError('its records are cut off');
      this.#bytes = part;
      this.#position = Math.min(missing, part.length);
      missing -= part.length;
    }
  }

  /** Reads no further. */
  async close(): Promise<void> {
    await this.#parts.return?.();
  }

  async #next(): Promise<Buffer | undefined> {
    const ahead = this.#ahead;
    if (ahead.length > 0) {
      this.#ahead = Buffer.alloc(0);
      return ahead;
    }
    const next = await this.#parts.next();
    if (next.done === true) return undefined;
    this.#seen += next.value.length;
    if (this.#seen > this.#maxBytes) {
      throw new DamageError(`it holds more than ${this.#maxBytes} bytes`);
    }
    return next.value;
  }
}
