import { MOST_OMISSIONS } from '../dead-letter/fit-dead-letter.ts';
import type { ErrorName } from '../protocol/errors.ts';
import type { ConsumedBatch, Refusal } from '../records/record.ts';
import type { Write } from '../transactions/produce.ts';
import type { RefusedWrite } from './merged-writes.ts';
import type { SourcedWrite } from '../writing/partitioned-writes.ts';

/** What planning a batch needs to know of earlier plans. Nothing is looked up per record where there are none. */
export interface KnownRefusals {
  /** By offset of the record, why its output was refused: it becomes a dead letter. */
  readonly outputs?: ReadonlyMap<string, Refusal>;
  /** By offset of the record, how often its dead letter was too large: each time it leaves out more. */
  readonly deadLetters?: ReadonlyMap<string, number>;
  /** By topic, the most bytes of several records in one batch, where that is less than its `max.message.bytes` was. */
  readonly batchBytes: ReadonlyMap<string, number>;
}

/** A topic that refuses records, and as what. */
export interface TopicRefusal {
  readonly topic: string;
  readonly error: ErrorName;
}

/** Brokers refuse records for which there is no other way to write them: an operator has to look at their topics. */
export class UnwritableRecordsError extends Error {
  override readonly name = 'UnwritableRecordsError';
  readonly code = 'UNWRITABLE_RECORDS';
  readonly refused: readonly TopicRefusal[];

  constructor(refused: readonly TopicRefusal[]) {
    const topics = new Set(refused.map(({ topic, error }) => `"${topic}" (${error})`));
    super(
      `Records cannot be written in any other way, and are refused by ${[...topics].join(', ')}`,
    );
    this.refused = refused;
  }
}

/** Where the records of a write come from. */
interface Origin {
  readonly sources: SourcedWrite['sources'];
  /** Of each record that was given, the index of its record in the batch. */
  readonly records: ArrayLike<number>;
  /** How many refusals it was planned with. */
  readonly known: number;
}

/** A refusal of one record, and how many there were before. */
interface Noted {
  readonly refusal: Refusal;
  readonly index: number;
}

const TOO_LARGE: ReadonlySet<ErrorName> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/**
 * Tells in which other way to write what brokers refuse: a batch in halves, an output as a dead
 * letter, a dead letter with less in it. Each of these comes to an end, so that no batch is planned
 * for ever.
 */
export class Refusals {
  readonly #deadLetterTopic: string;
  readonly #origins = new WeakMap<Write, Origin>();
  /** What a topic takes is kept, so that the next batches need not find it out again. */
  readonly #batchBytes = new Map<string, number>();

  constructor(deadLetterTopic: string) {
    this.#deadLetterTopic = deadLetterTopic;
  }

  /**
   * Remembers of writes, as long as there are any of them, where their records come from.
   *
   * @param records of each record that was given to make them, the index of its record in the batch
   * @param known how many refusals they were planned with
   */
  trace(writes: readonly SourcedWrite[], records: ArrayLike<number>, known: number): void {
    for (const write of writes) {
      this.#origins.set(write, { sources: write.sources, records, known });
    }
  }

  /**
   * @param refused all that was refused of the batch, in order
   * @throws UnwritableRecordsError where one of its records has no other way left, whatever else is
   *   refused: while records come in, there is always one more that is refused for the first time
   */
  of(refused: readonly RefusedWrite[], { records }: Pick<ConsumedBatch, 'records'>): KnownRefusals {
    if (refused.length === 0) return { batchBytes: this.#batchBytes };
    const outputs = new Map<string, Noted>();
    const deadLetters = new Map<string, number>();
    const halves = new Map<string, number>();
    const unwritable: TopicRefusal[] = [];
    for (const [index, each] of refused.entries()) {
      const { topic } = each.write;
      if (isToBeCut(each)) {
        halve(TOO_LARGE.has(each.error) ? this.#batchBytes : halves, each);
        continue;
      }
      for (const place of each.indexes.length === 0 ? [0] : each.indexes) {
        const offset = records.at(this.#sourceOf(each, place))?.offset;
        const isNoted =
          offset !== undefined &&
          (topic === this.#deadLetterTopic
            ? noteDeadLetter(deadLetters, offset, each)
            : this.#noteOutput(outputs, offset, each, index));
        if (!isNoted) unwritable.push({ topic, error: each.error });
      }
    }
    if (unwritable.length > 0) throw new UnwritableRecordsError(unwritable);
    return {
      outputs: new Map(Array.from(outputs, ([offset, { refusal }]) => [offset, refusal])),
      deadLetters,
      batchBytes: lowest(this.#batchBytes, halves),
    };
  }

  /** An output of a record that was refused when it was planned is none. @returns whether there is another way */
  #noteOutput(
    outputs: Map<string, Noted>,
    offset: string,
    { write, error }: RefusedWrite,
    index: number,
  ): boolean {
    const noted = outputs.get(offset);
    if (noted === undefined) outputs.set(offset, { refusal: refusalOf(error), index });
    return noted === undefined || noted.index >= (this.#origins.get(write)?.known ?? 0);
  }

  /** @returns the index in the batch of what a record was made of; that of none where it is not known */
  #sourceOf({ write, batch }: RefusedWrite, index: number): number {
    const { sources, records } = this.#origins.get(write) ?? {};
    return records?.[sources?.[batch]?.[index] ?? -1] ?? Infinity;
  }
}

/** @returns whether it is several records together that are refused, each of which the topic may take */
function isToBeCut({ write, batch, error, indexes }: RefusedWrite): boolean {
  const { length = 0 } = write.batches[batch] ?? {};
  return length > 1 && (TOO_LARGE.has(error) || indexes.length === 0);
}

/** By half: a codec adds less than that to a batch, and a limit that was lowered is found soon. */
function halve(batchBytes: Map<string, number>, { write, batch }: RefusedWrite): void {
  const half = Math.floor((write.batches[batch]?.uncompressedBytes ?? 0) / 2);
  batchBytes.set(write.topic, Math.min(half, batchBytes.get(write.topic) ?? half));
}

/** Nothing makes a dead letter acceptable that is refused by another rule. @returns whether there is another way */
function noteDeadLetter(
  deadLetters: Map<string, number>,
  offset: string,
  { error }: RefusedWrite,
): boolean {
  const times = deadLetters.get(offset) ?? 0;
  deadLetters.set(offset, times + 1);
  return TOO_LARGE.has(error) && times < MOST_OMISSIONS;
}

function refusalOf(error: ErrorName): Refusal {
  if (TOO_LARGE.has(error)) return 'size';
  return error === 'INVALID_TIMESTAMP' ? 'timestamp' : 'record';
}

function lowest(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  if (other.size === 0) return one;
  const both = new Map(one);
  for (const [topic, bytes] of other) both.set(topic, Math.min(bytes, both.get(topic) ?? bytes));
  return both;
}
