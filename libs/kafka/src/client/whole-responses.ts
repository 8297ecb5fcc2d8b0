import type { OnReadOpts } from 'node:net';

/** One for all connections: what a read brings is copied before the next one. */
const READS = Buffer.allocUnsafeSlow(256 * 1024);

/** Responses begin with their size, an int32 that does not count itself (Kafka protocol guide, "Protocol"). */
const SIZE_BYTES = 4;
/** Every response has its correlation id, an int32. */
const MIN_BYTES = 4;
/** No fetch brings as much. What says that it is larger comes from no Kafka, and must not make us ask for memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Puts together what a socket reads. kafkajs would keep each read in a buffer of its own and copy them into another one in
 * the end: most of what the garbage collector finds at a consumer.
 */
class Gatherer {
  readonly #size = Buffer.alloc(SIZE_BYTES);
  readonly #onResponse: (response: Buffer) => void;
  readonly #onForeign: (start: Buffer) => void;
  #response: Buffer | undefined;
  /** Bytes of the response, its size included, that are there. */
  #filled = 0;
  #isForeign = false;

  constructor(onResponse: (response: Buffer) => void, onForeign: (start: Buffer) => void) {
    this.#onResponse = onResponse;
    this.#onForeign = onForeign;
  }

  /** @returns whether to read on: kafkajs must get nothing of what is no response, it fails on that */
  add(read: Buffer): boolean {
    for (let at = 0; at < read.length && !this.#isForeign;) at += this.#addSome(read, at);
    return !this.#isForeign;
  }

  /** @returns how many bytes were taken */
  #addSome(read: Buffer, at: number): number {
    const target = this.#response ?? this.#size;
    const taken = read.copy(target, this.#filled, at);
    this.#filled += taken;
    if (this.#filled < target.length) return taken;
    if (this.#response === undefined) this.#begin();
    else this.#end(this.#response);
    return taken;
  }

  #begin(): void {
    const bytes = this.#size.readInt32BE();
    this.#isForeign = bytes < MIN_BYTES || bytes > MAX_BYTES;
    if (this.#isForeign) {
      this.#onForeign(this.#size);
      return;
    }
    this.#response = Buffer.allocUnsafe(SIZE_BYTES + bytes);
    this.#size.copy(this.#response);
  }

  #end(response: Buffer): void {
    this.#response = undefined;
    this.#filled = 0;
    this.#onResponse(response);
  }
}

/**
 * @param onForeign called once, with the first bytes of what cannot be a response of a broker: nothing after it is read
 * @returns the option of a socket that is to read whole responses, each with its size, into buffers of their own
 */
export function wholeResponses(
  onResponse: (response: Buffer) => void,
  onForeign: (start: Buffer) => void,
): OnReadOpts {
  const gatherer = new Gatherer(onResponse, onForeign);
  return {
    buffer: READS,
    callback: (bytes) => gatherer.add(READS.subarray(0, bytes)),
  };
}
