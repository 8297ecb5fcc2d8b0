import type { FetchedRecord, FetchedRecords } from '@login-pipeline/streams';
import type { RecordContext } from './record-view.ts';
import { RecordView } from './record-view.ts';

/** Records by where they begin. */
export class StoredRecords implements FetchedRecords {
  readonly length: number;
  readonly #context: RecordContext;
  readonly #starts: Uint32Array;

  /** @param starts in the bytes of the context's reader */
  constructor(context: RecordContext, starts: Uint32Array) {
    this.#context = context;
    this.#starts = starts;
    this.length = starts.length;
  }

  at(index: number): FetchedRecord | undefined {
    const start = this.#starts.at(index);
    return start === undefined ? undefined : new RecordView(this.#context, start);
  }

  *[Symbol.iterator](): Generator<FetchedRecord> {
    for (const start of this.#starts) yield new RecordView(this.#context, start);
  }
}
