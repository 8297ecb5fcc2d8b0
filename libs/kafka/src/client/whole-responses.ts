import type { OnReadOpts } from 'node:net';

/** One for all connections: what a read brings is copied before the next one. */
const READS = Buffer.allocUnsafeSlow(256 * 1024);

/** Responses begin with their size, an int32 that does not count itself (Kafka protocol guide, "Protocol"). */
const SIZE_BYTES = 4;
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

  constructor(onResponse: (response: Buffer) => void, onForeign: (start: Buffer) => void) {
    this.#onResponse = onResponse;
    this.#onForeign = onForeign;
  }

  add(read: Buffer): void {
    for (let at = 0; at < read.length;) at += this.#addSome(read, at);
  }

  /** @returns how many bytes were taken */
  #addSome(read: Buffer, at: number): number {
    const target = this.#response ?? this.#size;
    const taken = read.copy(target, this.#filled, at);
    this.#filled += taken;
    if (this.#filled < target.length) return taken;
    if (this.#response === undefined) this.#begin();
    if (this.#filled === this.#response?.length) this.#end(this.#response);
    return taken;
  }

  #begin(): void {
    const bytes = SIZE_BYTES + this.#size.readInt32BE();
    // kafkajs gets the size too, and would wait for the rest.
    const isPlausible = bytes >= SIZE_BYTES && bytes <= MAX_BYTES;
    if (!isPlausible) this.#onForeign(this.#size);
    this.#response = Buffer.allocUnsafe(isPlausible ? bytes : SIZE_BYTES);
    this.#size.copy(this.#response);
  }

  #end(response: Buffer): void {
    this.#response = undefined;
    this.#filled = 0;
    this.#onResponse(response);
  }
}

/**
 * @param onForeign called with the first bytes of what cannot be a response of a broker
 * @returns the option of a socket that is to read whole responses, each with its size, into buffers of their own
 */
export function wholeResponses(
  onResponse: (response: Buffer) => void,
  onForeign: (start: Buffer) => void,
): OnReadOpts {
  const gatherer = new Gatherer(onResponse, onForeign);
  return {
    buffer: READS,
    callback: (bytes) => {
      gatherer.add(READS.subarray(0, bytes));
      return true;
    },
  };
}
