import type { OnReadOpts } from 'node:net';
import { ConnectionEndedError } from '@login-pipeline/streams';

/** One for all connections: what a read brings is copied before the next one. */
const READS = Buffer.allocUnsafeSlow(256 * 1024);

/** Responses begin with their size, an int32 that does not count itself (Kafka protocol guide, "Protocol"). */
const SIZE_BYTES = 4;
/** Every response has its correlation id, an int32. */
const MIN_BYTES = 4;
/** No fetch brings as much. What says that it is larger comes from no Kafka, and must not cost memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Puts responses together from what a socket reads, each in one buffer of its own size. */
class Gatherer {
  readonly #size = Buffer.alloc(SIZE_BYTES);
  readonly #onResponse: (response: Buffer) => void;
  readonly #onForeign: (start: Buffer) => void;
  #response: Buffer | undefined;
  /** Bytes that are there: of the response, or of its size. */
  #filled = 0;
  #isForeign = false;

  constructor(onResponse: (response: Buffer) => void, onForeign: (start: Buffer) => void) {
    this.#onResponse = onResponse;
    this.#onForeign = onForeign;
  }

  /** @returns whether to read on */
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
    this.#filled = 0;
    if (this.#response === undefined) this.#begin();
    else this.#end(this.#response);
    return taken;
  }

  #begin(): void {
    const bytes = this.#size.readInt32BE();
    this.#isForeign = bytes < MIN_BYTES || bytes > MAX_BYTES;
    if (this.#isForeign) this.#onForeign(this.#size);
    else this.#response = Buffer.allocUnsafe(bytes);
  }

  #end(response: Buffer): void {
    this.#response = undefined;
    this.#onResponse(response);
  }
}

/**
 * @param onResponse gets every response, without its size
 * @param onForeign called once, with the first bytes of what cannot be a response of a broker: nothing after it is read
 * @returns the option of a socket that is to read whole responses
 */
export function wholeFrames(
  onResponse: (response: Buffer) => void,
  onForeign: (start: Buffer) => void,
): OnReadOpts {
  const gatherer = new Gatherer(onResponse, onForeign);
  return {
    buffer: READS,
    callback: (bytes) => gatherer.add(READS.subarray(0, bytes)),
  };
}

/** First byte of the records that TLS listeners answer with (RFC 8446, 5.1): 20 to 23, then the version's 3. */
const TLS_RECORD = /^1[4-7]03/;

export const NO_BROKER = 'what listens there does not speak as a Kafka broker does';

/** @returns what to end a connection with whose other end is no broker, by the first bytes that came */
export function foreignServer(start: Buffer): Error {
  if (start.equals(Buffer.from('HTTP'))) {
    return new Error('what listens there speaks HTTP: it is no Kafka broker');
  }
  return TLS_RECORD.test(start.toString('hex'))
    ? new ConnectionEndedError('what listens there speaks TLS', 'speaks-tls')
    : new Error(NO_BROKER);
}
