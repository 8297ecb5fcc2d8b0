import { DamageError } from './errors.ts';

/** A window on bytes that come in parts: what was read is let go, what is needed next is put together. */
export class PartWindow {
  readonly #parts: AsyncIterator<Buffer>;
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
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
   * Takes one more part into the window.
   *
   * @returns whether there was one
   * @throws DamageError when the parts are too much
   */
  async more(): Promise<boolean> {
    const part = await this.#next();
    if (part === undefined) return false;
    const rest = this.#bytes.subarray(this.#position);
    this.#bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
    this.#position = 0;
    return true;
  }

  /** Takes in so many unread bytes, or all that there are. */
  async atLeast(bytes: number): Promise<void> {
    while (this.left < bytes && (await this.more()));
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
    const next = await this.#parts.next();
    if (next.done === true) return undefined;
    this.#seen += next.value.length;
    if (this.#seen > this.#maxBytes) {
      throw new DamageError(`it holds more than ${this.#maxBytes} bytes`);
    }
    return next.value;
  }
}
