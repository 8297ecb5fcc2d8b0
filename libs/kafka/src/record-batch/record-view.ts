import { ByteReader } from './byte-reader.ts';
import { readHeaders } from './headers.ts';
import type { ReadHeaders } from './headers.ts';
import type { Int64 } from './int64.ts';
import { add } from './int64.ts';

/** What the records of a batch have in common. */
export interface RecordContext {
  readonly baseOffset: number;
  /** Epoch milliseconds that timestamps are counted from. */
  readonly baseTimestamp: Int64;
  /** The one timestamp of all records, where the broker sets it. */
  readonly appendTime: Int64 | undefined;
  /** The batch's records, uncompressed. */
  readonly bytes: Buffer;
}

/**
 * A record of a batch of format 2. Its bytes are views on what was fetched; texts and headers are made
 * when asked for, since most records are looked at for their value only.
 */
export class RecordView {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Unused by the protocol; kafkajs' type has it. */
  readonly attributes = 0;
  /** Position counted from the batch's first offset. */
  readonly offsetDelta: number;
  readonly #context: RecordContext;
  readonly #timestampDelta: Int64;
  /** Where the headers begin in the context's bytes; undefined: there are none. */
  readonly #headersStart: number | undefined;

  constructor(
    context: RecordContext,
    offsetDelta: number,
    timestampDelta: Int64,
    key: Buffer | null,
    value: Buffer | null,
    headersStart: number | undefined,
  ) {
    this.#context = context;
    this.offsetDelta = offsetDelta;
    this.#timestampDelta = timestampDelta;
    this.key = key;
    this.value = value;
    this.#headersStart = headersStart;
  }

  /** Position in the partition, decimal. */
  get offset(): string {
    return String(this.#context.baseOffset + this.offsetDelta);
  }

  /** Epoch milliseconds, decimal; -1 for none. */
  get timestamp(): string {
    const { appendTime, baseTimestamp } = this.#context;
    return String(appendTime ?? add(baseTimestamp, this.#timestampDelta));
  }

  /** Decoded anew at every access. */
  get headers(): ReadHeaders {
    if (this.#headersStart === undefined) return {};
    const reader = new ByteReader(this.#context.bytes);
    reader.position = this.#headersStart;
    return readHeaders(reader);
  }
}
