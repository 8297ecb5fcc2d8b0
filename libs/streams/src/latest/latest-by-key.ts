import type { LatestRecord } from '../plan/plan.ts';
import { lastHeader } from '../records/headers.ts';
import { FUTURE_TOLERANCE_MS, PlausibleTime } from '../records/plausible-time.ts';
import type { ConsumedRecord, OutgoingRecord } from '../records/record.ts';

const NOTHING: ReadonlyMap<string, number> = new Map();

/** A record of the topic of the latest ones, and the index of its source in the batch. */
export type LatestOutput = OutgoingRecord & Pick<LatestRecord, 'source'>;

/**
 * Knows the time of the newest record of every key in one partition of a compacted topic, so that only newer ones are
 * written: compaction keeps the last record of a key, which is then the latest too. What cannot have happened yet is
 * neither written nor known, or it would be the latest for ever: {@link PlausibleTime}.
 */
export class LatestByKey {
  readonly #timeHeader: string;
  readonly #times = new Map<string, number>();
  readonly #plausible = new PlausibleTime();
  /** What was taken last, by key its time. */
  #taken = NOTHING;

  /** @param timeHeader repeats a record's time outside of its value, epoch ms: two can be compared without decoding them */
  constructor(timeHeader: string) {
    this.#timeHeader = timeHeader;
  }

  /**
   * What is taken is known only once it is {@link committed}: of a batch whose records are refused,
   * other ones may be newest.
   *
   * @param nowMs the clock of this process, epoch ms
   * @returns what is to be written of these records: of each key the newest, if it is as new as what is known
   */
  take(records: readonly LatestRecord[], nowMs: number): readonly LatestOutput[] {
    this.#plausible.startBatch(nowMs);
    const newest = new Map<string, LatestRecord>();
    for (const record of records) {
      const { key, time, timestamp } = record;
      if (this.#plausible.isFuture(time, this.#plausible.believed(Number(timestamp)))) continue;
      if (time < (newest.get(key)?.time ?? this.#times.get(key) ?? -Infinity)) continue;
      newest.set(key, record);
    }
    this.#taken = new Map(Array.from(newest, ([key, { time }]) => [key, time]));
    return Array.from(newest.values(), ({ key, time, value, timestamp, source }) => ({
      key: Buffer.from(key),
      value,
      headers: [[this.#timeHeader, String(time)]],
      timestamp,
      source,
    }));
  }

  /** What was taken last is committed. */
  committed(): void {
    for (const [key, time] of this.#taken) this.#times.set(key, time);
    this.#taken = NOTHING;
  }

  /** Takes in the next record of the partition, as it was read. */
  note({ key, value, headers, omittedBytes }: ConsumedRecord, nowMs: number): void {
    const name = String(key ?? '');
    const time = Number(lastHeader(headers ?? [], this.#timeHeader) ?? 0);
    // A tombstone: an operator had the key forgotten. A value that is too large to be read is none.
    const isTombstone = value === null && omittedBytes === undefined;
    if (isTombstone || time > nowMs + FUTURE_TOLERANCE_MS) this.#times.delete(name);
    else this.#times.set(name, time);
  }
}
