import type { CommitPlan } from './plan.ts';

/** What became of the records of a partition since its group began. */
export interface FlowCounts {
  readonly emitted: number;
  readonly dropped: number;
  readonly deadLettered: number;
}

export const NO_FLOW: FlowCounts = { emitted: 0, dropped: 0, deadLettered: 0 };

/** @returns the sum of two counts */
export function addFlow(one: FlowCounts, other: FlowCounts): FlowCounts {
  return {
    emitted: one.emitted + other.emitted,
    dropped: one.dropped + other.dropped,
    deadLettered: one.deadLettered + other.deadLettered,
  };
}

/** @returns the counts that a plan adds */
export function flowOf({ outputs, dropped, deadLetters }: CommitPlan): FlowCounts {
  return { emitted: outputs.length, dropped, deadLettered: deadLetters.length };
}

/**
 * Writes counts as the metadata of a committed offset. Committed in the transaction that writes the
 * outputs, they are as exact as these, and every replica and tool can read them from the group.
 */
export function encodeFlow({ emitted, dropped, deadLettered }: FlowCounts): string {
  return `emitted=${emitted} dropped=${dropped} dead-lettered=${deadLettered}`;
}

const ENCODED = /^emitted=(\d+) dropped=(\d+) dead-lettered=(\d+)$/;

/** @returns the counts; from zero where another tool set the offset and so wrote none */
export function decodeFlow(metadata: string | null): FlowCounts {
  const [, emitted, dropped, deadLettered] = ENCODED.exec(metadata ?? '') ?? [];
  if (emitted === undefined) return NO_FLOW;
  return {
    emitted: Number(emitted),
    dropped: Number(dropped),
    deadLettered: Number(deadLettered),
  };
}
