import { DamageError, UnreadableBatchError } from './errors.ts';
import type { FetchedRecords } from './fetched-record.ts';
import type { ReadLimits } from './read-limits.ts';
import type { ReadMemory } from './read-memory.ts';
import { RecordList } from './record-list.ts';
import type { FetchedBatch, RecordPart } from './fetched-batch.ts';

/** Records of a partition in order, few enough to be worked on at once. */
export interface Piece {
  readonly records: FetchedRecords;
  /** Where it begins; the partition has no records to read between here and the first one. */
  readonly from: number;
  /** Where the next one begins. */
  readonly nextOffset: number;
}

/** What a fetch brought for a partition that an application may see. */
export interface ReadableBatches {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly FetchedBatch[];
  /** The offsets to read, the end excluded. */
  readonly from: number;
  readonly end: number;
}

/** How batches are read. */
export interface Reading {
  readonly limits: ReadLimits;
  /** What reading takes, together with other readers. */
  readonly memory: ReadMemory;
  /** Called when it waits for other readers, and when it goes on. */
  readonly onWaiting?: ((isWaiting: boolean) => void) | undefined;
}

/**
 * Reads batches piece by piece: many small ones together, a large one in several. The last piece ends where the fetch
 * does, and is empty when there was nothing left.
 *
 * @throws UnreadableBatchError when a batch cannot be read; what was before it has been given
 */
export async function* piecesOf(
  { topic, partition, batches, from, end }: ReadableBatches,
  reading: Reading,
): AsyncGenerator<Piece> {
  const { limits, memory, onWaiting } = reading;
  const bytes = memoryFor(batches, limits);
  let grant = await memory.pieces.take(bytes, onWaiting);
  const pile = new Pile(from, limits);
  try {
    for (const batch of batches) {
      try {
        const whole = await batch.whole(from, limits);
        if (whole === undefined) {
          yield* large(batch, from, pile, reading);
          // What takes long takes turns with other partitions.
          if (pile.length > 0) yield pile.take();
          grant.release();
          grant = await memory.pieces.take(bytes, onWaiting);
          continue;
        }
        if (!pile.hasRoomFor(whole)) yield pile.take();
        pile.add(whole);
      } catch (error) {
        // First what can be read.
        if (pile.length > 0) yield pile.take();
        throw placed(error, { topic, partition, batch });
      }
    }
    grant.shrinkTo(pile.bytes);
    yield pile.take(end);
  } finally {
    grant.release();
  }
}

/** @returns the most that reading batches takes at a time; nothing where all of it is there already */
function memoryFor(batches: readonly FetchedBatch[], { pieceBytes }: ReadLimits): number {
  if (batches.every(({ isCompressed }) => !isCompressed)) return 0;
  // What comes out is there twice, bit by bit and put together; a window takes the place of the bits.
  return (
    pieceBytes + batches.reduce((most, batch) => Math.max(most, batch.windowBytes), pieceBytes)
  );
}

async function* large(
  batch: FetchedBatch,
  from: number,
  pile: Pile,
  { limits, memory, onWaiting }: Reading,
): AsyncGenerator<Piece> {
  const turn = batch.isCompressed ? await memory.largeBatches.take(1, onWaiting) : undefined;
  try {
    for await (const part of batch.parts(from, limits)) {
      if (!pile.hasRoomFor(part)) yield pile.take();
      pile.add(part);
    }
  } finally {
    turn?.release();
  }
}

function placed(
  error: unknown,
  { topic, partition, batch }: { topic: string; partition: number; batch: FetchedBatch },
): unknown {
  if (!(error instanceof DamageError)) return error;
  const { baseOffset: offset, lastOffset } = batch;
  return new UnreadableBatchError({ topic, partition, offset, lastOffset }, error.message);
}

/** Records that wait to be a piece. */
class Pile {
  readonly #limits: ReadLimits;
  #from: number;
  #parts: FetchedRecords[] = [];
  #bytes = 0;
  #length = 0;

  constructor(from: number, limits: ReadLimits) {
    this.#from = from;
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  hasRoomFor({ records, bytes }: RecordPart): boolean {
    const { pieceBytes, pieceRecords } = this.#limits;
    if (this.#length === 0) return true;
    return this.#bytes + bytes <= pieceBytes && this.#length + records.length <= pieceRecords;
  }

  add({ records, bytes }: RecordPart): void {
    if (records.length === 0) return;
    this.#parts.push(records);
    this.#bytes += bytes;
    this.#length += records.length;
  }

  /** @param end where the piece ends; by default with its last record */
  take(end?: number): Piece {
    const records = new RecordList(this.#parts);
    const from = this.#from;
    const nextOffset = end ?? Number(records.at(-1)?.offset ?? from - 1) + 1;
    this.#from = nextOffset;
    this.#parts = [];
    this.#bytes = 0;
    this.#length = 0;
    return { records, from, nextOffset };
  }
}
