/**
 * How far a time may lie after the clock that vouches for it. A broker bounds a record's timestamp by its own clock as
 * far (`message.timestamp.after.max.ms`, KIP-937; since Kafka 4.0), where its topic does not say otherwise.
 */
export const FUTURE_TOLERANCE_MS = 3_600_000;

/** @returns whether a record's timestamp, epoch ms, is one: not -1 for none, nor more than an hour ahead */
export function isBelieved(recordTimeMs: number, nowMs: number): boolean {
  return recordTimeMs >= 0 && recordTimeMs <= nowMs + FUTURE_TOLERANCE_MS;
}

/**
 * Tells for one partition which times can be. All of them come from outside and may be anything:
 * what a device says is believed as far as the clock of what wrote its record allows, a record's
 * timestamp as far as the clock of this process does.
 *
 * A record without a timestamp that is believed was written when the newest one of its partition
 * was, and the time that has passed here since; without any such, now. So a replay of old records
 * is judged by their time, not by the time of the replay.
 */
export class PlausibleTime {
  /** Until the first batch no clock bounds anything. */
  #nowMs = Infinity;
  /** How far the newest timestamp lay behind the clock of this process when it was read. */
  #lagMs: number | undefined;

  /** @param nowMs the clock of this process, epoch ms: read once a batch */
  startBatch(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** @returns the timestamp of the next record, or -1 when it has none (negative) or one that cannot be, epoch ms */
  believed(recordTimeMs: number): number {
    if (!isBelieved(recordTimeMs, this.#nowMs)) return -1;
    const lagMs = Math.max(0, this.#nowMs - recordTimeMs);
    if (this.#lagMs === undefined || lagMs < this.#lagMs) this.#lagMs = lagMs;
    return recordTimeMs;
  }

  /**
   * @param eventTimeMs when the event happened, as the record says, epoch ms
   * @param believedMs what {@link believed} gave for its record
   * @returns whether it cannot have happened yet
   */
  isFuture(eventTimeMs: number, believedMs: number): boolean {
    const writtenMs = believedMs >= 0 ? believedMs : this.#nowMs - (this.#lagMs ?? 0);
    return eventTimeMs > Math.min(writtenMs, this.#nowMs) + FUTURE_TOLERANCE_MS;
  }
}
