import type { SavedSet } from '../snapshots/section-plan.ts';

/** What the owner of a partition knows of its snapshots in their topic. */
export interface KeptState {
  /** The next offset of the last snapshot that is safely there, whoever wrote it; undefined: there is none. */
  nextOffset: bigint | undefined;
  /** What of the state is there in a set of the owner's; undefined: all of it is to be written, as a new set. */
  saved: SavedSet | undefined;
  /**
   * The sets whose records go: those that were there when the state was restored, and own ones whose end is not known. Never one that
   * came later: it may be a successor's.
   */
  readonly outdated: Set<string>;
}

/** @returns what is known of a state that is restored */
export function keptState(nextOffset: bigint | undefined, sets: Iterable<string>): KeptState {
  return { nextOffset, saved: undefined, outdated: new Set(sets) };
}

/** What was saved may be gone: all of it is to be saved again. */
export function forgetKept(kept: KeptState): void {
  if (kept.saved !== undefined) kept.outdated.add(kept.saved.set);
  kept.saved = undefined;
  kept.nextOffset = undefined;
}
