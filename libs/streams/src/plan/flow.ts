import type { CommitPlan } from './plan.ts';

/** What became of the records of a partition since its group began, or since a tool set its position. */
export interface FlowCounts {
  readonly emitted: number;
  readonly dropped: number;
  readonly deadLettered: number;
  /**
   * Offsets of which the counts say nothing: those before the one at which they began anew, and
   * those of no record: markers, aborted records, what compaction or retention has taken.
   */
  readonly uncounted: number;
}

/** Counts of no record: what {@link addFlow} begins with. */
export const NO_FLOW: FlowCounts = { emitted: 0, dropped: 0, deadLettered: 0, uncounted: 0 };

/** @returns the sum of two counts */
export function addFlow(one: FlowCounts, other: FlowCounts): FlowCounts {
  return {
    emitted: one.emitted + other.emitted,
    dropped: one.dropped + other.dropped,
    deadLettered: one.deadLettered + other.deadLettered,
    uncounted: one.uncounted + other.uncounted,
  };
}

/** @returns the counts that a plan adds */
export function flowOf({ outputs, dropped, deadLetters }: CommitPlan): FlowCounts {
  return { ...NO_FLOW, emitted: outputs.length, dropped, deadLettered: deadLetters.length };
}

/**
 * Writes counts as the metadata of a committed offset. Committed in the transaction that writes the
 * outputs, they are as exact as these, and every replica and tool can read them from the group.
 */
export function encodeFlow({ emitted, dropped, deadLettered, uncounted }: FlowCounts): string {
  const counts = `emitted=${emitted} dropped=${dropped} dead-lettered=${deadLettered}`;
  return uncounted === 0 ? counts : `${counts} uncounted=${uncounted}`;
}

const ENCODED = /^emitted=(\d+) dropped=(\d+) dead-lettered=(\d+)(?: uncounted=(\d+))?$/;

/**
 * @param nextOffset the committed offset that the metadata belongs to
 * @returns the counts; anew from that offset where a tool set it and so wrote none
 */
export function decodeFlow(metadata: string | null, nextOffset: bigint): FlowCounts {
  const [, emitted, dropped, deadLettered, uncounted = 0] = ENCODED.exec(metadata ?? '') ?? [];
  if (emitted === undefined) return { ...NO_FLOW, uncounted: Number(nextOffset) };
  return {
    emitted: Number(emitted),
    dropped: Number(dropped),
    deadLettered: Number(deadLettered),
    uncounted: Number(uncounted),
  };
}
