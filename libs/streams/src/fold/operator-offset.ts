import type { StoredOffset } from '../protocol/group-apis.ts';
import { isSetByOperator } from '../positions/position-mark.ts';

/** Where a partition's state stands, and where its log ends. */
export interface StateBounds {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * What becomes of an offset that an operator set:
 * - `obeyed`: it is gone on at, and the next commit overwrites it.
 * - `above the end`, `before the state`: it is not obeyed. The latter was obeyed before, or records would count twice.
 */
export type OperatorVerdict = 'obeyed' | 'above the end' | 'before the state';

/** @returns whether an offset that an operator set is obeyed: within the log, and nothing counts twice */
export function isObeyed(set: bigint, { start, end }: StateBounds): boolean {
  return set >= start && set <= end;
}

/**
 * @param committed what the group has committed; any but an operator's offset only follows the snapshots
 * @returns undefined when no operator has set it
 */
export function judgeOperator(
  committed: Pick<StoredOffset, 'offset' | 'metadata'> | undefined,
  bounds: StateBounds,
): OperatorVerdict | undefined {
  if (committed === undefined || !isSetByOperator(committed.metadata)) return undefined;
  if (isObeyed(committed.offset, bounds)) return 'obeyed';
  return committed.offset > bounds.end ? 'above the end' : 'before the state';
}
