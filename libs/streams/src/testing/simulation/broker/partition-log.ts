import type { AbortedTransaction } from '../../../fetch/fetched-batch.ts';
import type { FetchedRecord } from '../../../fetch/fetched-record.ts';
import type { ErrorName } from '../../../protocol/errors.ts';
import type { Isolation } from '../../../protocol/log-apis.ts';
import { SimulatedBatch } from '../simulated-batch.ts';
import type { SimulatedOutgoing } from '../simulated-batch.ts';
import { ProducerStates } from './producer-states.ts';
import type { ClaimedBatch, VerificationGuard } from './producer-states.ts';

/** A transaction that was aborted, as the index of the log has it. */
interface AbortedRange {
  readonly producerId: number;
  readonly firstOffset: number;
  /** The marker's offset. */
  readonly lastOffset: number;
}

/** Where leader epochs began, as the checkpoint of the log has it. */
interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/** What an append came to. */
export interface Appended {
  readonly error: ErrorName;
  /** -1 where nothing was appended. */
  readonly baseOffset: number;
}

/** What a read brought. */
export interface LogRead {
  readonly batches: readonly SimulatedBatch[];
  readonly bytes: number;
}

/** The log of a partition. All replicas are in sync: the high watermark is the end of the log. */
export class PartitionLog {
  batches: SimulatedBatch[] = [];
  producers = new ProducerStates();
  start = 0;
  end = 0;
  #aborted: AbortedRange[] = [];
  #epochs: EpochStart[] = [];
  #epoch = 0;

  get lastStableOffset(): number {
    const open = this.producers.firstOpen();
    return open === undefined ? this.end : Math.max(open, this.start);
  }

  /** How far a reader may read. */
  endFor(isolation: Isolation): number {
    return isolation === 'read_committed' ? this.lastStableOffset : this.end;
  }

  /** A leader begins at the end of the log. */
  beginEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#epochs = this.#epochs.filter(
      (entry) => entry.epoch < epoch && entry.startOffset < this.end,
    );
    this.#epochs.push({ epoch, startOffset: this.end });
  }

  get latestEpoch(): number {
    return this.#epochs.at(-1)?.epoch ?? -1;
  }

  /** The epoch that an offset was written in; -1 where that is not known. */
  epochAt(offset: number): number {
    return this.#epochs.findLast(({ startOffset }) => startOffset <= offset)?.epoch ?? -1;
  }

  /** Appends records of a producer. @param guard of the verification, if there was one */
  append(
    claimed: ClaimedBatch,
    outgoing: SimulatedOutgoing,
    guard: VerificationGuard | undefined,
  ): Appended {
    const { producerId, epoch, baseSequence, isTransactional } = claimed;
    if (producerId >= 0) {
      const duplicate = claimed.isFromClient ? this.producers.duplicateOf(claimed) : undefined;
      if (duplicate !== undefined) return { error: 'NONE', baseOffset: duplicate };
      const error = this.producers.validate(claimed, guard);
      if (error !== 'NONE') return { error, baseOffset: -1 };
    }
    const origin = {
      leaderEpoch: this.#epoch,
      producerId,
      producerEpoch: epoch,
      baseSequence,
      isTransactional,
    };
    const batch = new SimulatedBatch(this.end, origin, { outgoing });
    this.#add(batch);
    return { error: 'NONE', baseOffset: batch.baseOffset };
  }

  /** Appends the word of a transaction's coordinator. */
  appendMarker(marker: {
    readonly producerId: number;
    readonly epoch: number;
    readonly coordinatorEpoch: number;
    /** KIP-890: the epoch has gone up since the records were written. */
    readonly bumpsEpoch: boolean;
    readonly isCommit: boolean;
    readonly timestamp: number;
  }): Appended {
    const { producerId, epoch, coordinatorEpoch, isCommit, timestamp } = marker;
    const error = this.producers.validateMarker(marker);
    if (error !== 'NONE') return { error, baseOffset: -1 };
    const origin = {
      leaderEpoch: this.#epoch,
      producerId,
      producerEpoch: epoch,
      baseSequence: -1,
      isTransactional: true,
    };
    const batch = new SimulatedBatch(this.end, origin, {
      marker: isCommit ? 'other' : 'abort',
      coordinatorEpoch,
      timestamp,
    });
    this.#add(batch);
    return { error: 'NONE', baseOffset: batch.baseOffset };
  }

  /** Reads whole batches. @param takesOne the first batch is read whatever its size */
  read(offset: number, isolation: Isolation, maxBytes: number, takesOne: boolean): LogRead {
    const end = this.endFor(isolation);
    const batches: SimulatedBatch[] = [];
    let bytes = 0;
    for (let index = this.#indexOf(offset); ; index += 1) {
      const batch = this.batches[index];
      if (batch === undefined || batch.baseOffset >= end) break;
      if (bytes + batch.bytes > maxBytes && !(takesOne && bytes === 0)) break;
      batches.push(batch);
      bytes += batch.bytes;
    }
    return { batches, bytes };
  }

  /** How many bytes there are to read, up to a bound. */
  available(offset: number, isolation: Isolation, bound: number): number {
    const end = this.endFor(isolation);
    let bytes = 0;
    for (let index = this.#indexOf(offset); ; index += 1) {
      const batch = this.batches[index];
      if (batch === undefined || batch.baseOffset >= end || bytes >= bound) break;
      bytes += batch.bytes;
    }
    return Math.min(bytes, bound);
  }

  /** The aborted transactions in a range of offsets. */
  abortedIn(from: number, end: number): readonly AbortedTransaction[] {
    if (this.#aborted.length === 0) return NO_ABORTED;
    return this.#aborted
      .filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < end)
      .map(({ producerId, firstOffset }) => ({
        producerId: String(producerId),
        firstOffset: String(firstOffset),
      }));
  }

  /** Where a leader epoch ended (KIP-320). */
  endOfEpoch(epoch: number): { readonly leaderEpoch: number; readonly endOffset: number } {
    if (epoch < 0 || this.#epochs.length === 0) return UNDEFINED_EPOCH;
    if (epoch === this.latestEpoch) return { leaderEpoch: epoch, endOffset: this.end };
    const higher = this.#epochs.find((entry) => entry.epoch > epoch);
    if (higher === undefined) return UNDEFINED_EPOCH;
    const floor = this.#epochs.findLast((entry) => entry.epoch <= epoch);
    return { leaderEpoch: floor?.epoch ?? epoch, endOffset: higher.startOffset };
  }

  /** The first record that is not older than a time; undefined where there is none. */
  firstSince(timestamp: number): number | undefined {
    for (const { maxTimestamp, records } of this.batches) {
      if (maxTimestamp < timestamp) continue;
      const found = records.find(
        (record) => Number(record.timestamp) >= timestamp && Number(record.offset) >= this.start,
      );
      if (found !== undefined) return Number(found.offset);
    }
    return undefined;
  }

  /** Deletes what is below an offset, as retention does. */
  deleteBelow(offset: number): void {
    this.start = Math.max(this.start, Math.min(offset, this.end));
    const kept = this.#indexOf(this.start);
    if (kept > 0) this.batches.splice(0, kept);
    this.#aborted = this.#aborted.filter(({ lastOffset }) => lastOffset >= this.start);
    const current = this.#epochs.findLastIndex(({ startOffset }) => startOffset <= this.start);
    const epoch = this.#epochs[current]?.epoch;
    if (epoch !== undefined) {
      this.#epochs.splice(0, current + 1, { epoch, startOffset: this.start });
    }
  }

  /** A leader that lacks the last records has been elected: they are gone, whole batches of them. */
  truncateTo(offset: number): void {
    const kept = this.batches.filter(({ lastOffset }) => lastOffset < offset);
    this.batches = [];
    this.producers = new ProducerStates();
    this.#aborted = [];
    this.end = Math.max(this.start, Math.min(offset, this.end));
    this.#epochs = this.#epochs.filter(({ startOffset }) => startOffset < this.end);
    const { end } = this;
    for (const batch of kept) this.#add(batch);
    this.end = Math.max(kept.at(-1)?.lastOffset ?? this.start - 1, this.start - 1) + 1;
    if (this.end > end) this.end = end;
  }

  /**
   * LogCleaner: deletes records whose key a later record has, too, and tombstones behind which
   * nothing is left to be deleted; never of the last batch, as it never does of the active segment.
   * Its passes are of parts of a log: any of these records may still be there.
   *
   * @param goes chooses which of them go
   */
  compact(goes: () => boolean): void {
    const older = this.batches.slice(0, -1);
    const last = new Map<string, FetchedRecord>();
    for (const { records } of this.batches) {
      for (const record of records) last.set(String(record.key), record);
    }
    const gone = new Set<FetchedRecord>();
    const left = new Set<string>();
    for (const record of older.flatMap(({ records }) => records)) {
      const key = String(record.key);
      const isLast = last.get(key) === record;
      const isDone = isLast && record.value === null && !left.has(key);
      if ((!isLast || isDone) && goes()) gone.add(record);
      else left.add(key);
    }
    if (gone.size === 0) return;
    this.batches = this.batches.flatMap((batch) => {
      if (!batch.records.some((record) => gone.has(record))) return [batch];
      const kept = batch.without(gone);
      return kept.count === 0 ? [] : [kept];
    });
  }

  #add(batch: SimulatedBatch): void {
    this.batches.push(batch);
    this.end = batch.lastOffset + 1;
    const began = this.producers.note(batch);
    if (began >= 0 && batch.marker === 'abort') {
      const { producerId } = batch.origin;
      this.#aborted.push({ producerId, firstOffset: began, lastOffset: batch.baseOffset });
    }
  }

  /** The index of the batch with an offset, or else of the next one. */
  #indexOf(offset: number): number {
    let [low, high] = [0, this.batches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.batches[middle]?.lastOffset ?? offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const NO_ABORTED: readonly AbortedTransaction[] = [];
const UNDEFINED_EPOCH = { leaderEpoch: -1, endOffset: -1 };
