/** Where a group stands in a partition, as it committed it. */
export interface CommittedPosition {
  readonly offset: bigint;
  /** The topic that the offset is of; undefined where a tool has set it. */
  readonly topicId: string | undefined;
}

/** A partition as it is now. */
export interface PartitionLog {
  readonly topicId: string;
  readonly earliest: bigint;
  /** The log's end, whatever is committed or not. */
  readonly end: bigint;
  /**
   * Where the leader epoch of the committed offset ended, in the log as it is now; undefined where
   * that is not known.
   */
  readonly epochEnd: bigint | undefined;
}

/**
 * What becomes of a position, with where to go on:
 * - `resume`: there.
 * - `fresh`: nothing is committed.
 * - `created-anew`: the offset is of another topic of the same name.
 * - `truncated`: records that were processed are gone, from the offset on that is gone on at.
 * - `expired`: retention has deleted records that were not processed.
 * - `impossible`: the offset is above the end, and nothing tells why: an operator has to decide.
 */
export type Resume =
  | { readonly kind: 'resume' | 'fresh' | 'created-anew'; readonly offset: bigint }
  | { readonly kind: 'truncated' | 'expired'; readonly offset: bigint; readonly lost: bigint }
  | { readonly kind: 'impossible'; readonly offset: bigint };

/**
 * Decides where a partition is read from (KIP-320 for diverged epochs). Nothing that was lost or
 * will come again is passed over in silence: every case but `resume` is reported.
 */
export function resume(committed: CommittedPosition | undefined, log: PartitionLog): Resume {
  const { topicId, earliest, end, epochEnd } = log;
  if (committed === undefined) return { kind: 'fresh', offset: earliest };
  const { offset } = committed;
  const isKnown = committed.topicId !== undefined;
  if (isKnown && committed.topicId !== topicId) return { kind: 'created-anew', offset: earliest };
  const last = epochEnd !== undefined && epochEnd < end ? epochEnd : end;
  if (offset > last) {
    if (!isKnown && offset > end) return { kind: 'impossible', offset };
    const start = last > earliest ? last : earliest;
    return { kind: 'truncated', offset: start, lost: offset - start };
  }
  if (offset < earliest) return { kind: 'expired', offset: earliest, lost: earliest - offset };
  return { kind: 'resume', offset };
}
