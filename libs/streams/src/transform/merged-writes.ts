import type { ErrorName } from '../protocol/errors.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import type { RefusedBatch } from '../transactions/errors.ts';
import type { Write, Written } from '../transactions/produce.ts';

/** What has writes. */
interface Writer {
  readonly writes: readonly Write[];
}

/** Records of a writer that were refused. */
export interface RefusedWrite {
  readonly write: Write;
  /** Which of the write's batches it is. */
  readonly batch: number;
  readonly error: ErrorName;
  /** The records, by their index in the batch; none: the batch as a whole. */
  readonly indexes: readonly number[];
}

interface Origin<Of extends Writer> {
  readonly writer: Of;
  readonly write: Write;
  readonly batch: number;
}

interface Merged<Of extends Writer> {
  readonly write: Write;
  /** By batch of the merged write. */
  readonly origins: Origin<Of>[];
}

/** The writes of several writers, by partition: each partition is written by one request after another. */
export class MergedWrites<Of extends Writer = Writer> {
  readonly #merged = new Map<string, Merged<Of>>();

  constructor(writers: readonly Of[]) {
    for (const writer of writers) for (const write of writer.writes) this.#add(writer, write);
  }

  get writes(): readonly Write[] {
    return [...this.#merged.values()].map(({ write }) => write);
  }

  writesTo({ writes }: Of, place: TopicPartition): boolean {
    return writes.some((write) => keyOf(write) === keyOf(place));
  }

  /** @returns by writer, what of it was refused */
  refusedOf(refused: readonly RefusedBatch[]): ReadonlyMap<Of, readonly RefusedWrite[]> {
    const byWriter = new Map<Of, RefusedWrite[]>();
    for (const { batch, error, indexes, ...place } of refused) {
      const origin = this.#originsOf(place)[batch];
      if (origin === undefined) continue;
      const ofWriter = byWriter.get(origin.writer) ?? [];
      ofWriter.push({ write: origin.write, batch: origin.batch, error, indexes });
      byWriter.set(origin.writer, ofWriter);
    }
    return byWriter;
  }

  /**
   * @param written of the merged writes, in their order.
   * @returns by writer, where its records went, in the order of its writes
   */
  writtenOf(written: readonly Written[]): ReadonlyMap<Of, readonly Written[]> {
    const offsets = new Map<Write, bigint[]>();
    const writers = new Set<Of>();
    for (const { baseOffsets, ...place } of written) {
      for (const [index, { writer, write }] of this.#originsOf(place).entries()) {
        writers.add(writer);
        const ofWrite = offsets.get(write) ?? [];
        ofWrite.push(baseOffsets[index] ?? -1n);
        offsets.set(write, ofWrite);
      }
    }
    return new Map(
      [...writers].map((writer) => [
        writer,
        writer.writes.map((write) => ({
          topic: write.topic,
          partition: write.partition,
          baseOffsets: offsets.get(write) ?? [],
        })),
      ]),
    );
  }

  #originsOf(place: TopicPartition): readonly Origin<Of>[] {
    return this.#merged.get(keyOf(place))?.origins ?? [];
  }

  #add(writer: Of, write: Write): void {
    const { topic, partition, batches } = write;
    const origins = batches.map((_, batch) => ({ writer, write, batch }));
    const known = this.#merged.get(keyOf(write));
    const merged = {
      write: { topic, partition, batches: [...(known?.write.batches ?? []), ...batches] },
      origins: [...(known?.origins ?? []), ...origins],
    };
    this.#merged.set(keyOf(write), merged);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`;
}
