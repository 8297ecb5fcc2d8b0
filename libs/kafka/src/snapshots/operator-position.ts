import type { Logger } from '@login-pipeline/observability';
import type { CommittedOffset } from '../group/partition-watch.ts';
import { isSetByOperator } from '../group/position-mark.ts';

/** A partition that is taken over. */
export interface TakeOver {
  readonly topic: string;
  readonly partition: number;
  /** Where its state stands. */
  readonly start: bigint;
  /** Where its log ends. */
  readonly end: bigint;
  readonly committed: CommittedOffset | undefined;
}

/** @returns whether an offset that an operator set is obeyed: within the log, and nothing counts twice */
export function isObeyed(set: bigint, { start, end }: Pick<TakeOver, 'start' | 'end'>): boolean {
  return set >= start && set <= end;
}

/**
 * Obeys an offset that an operator set, when that counts nothing twice; the next commit overwrites it. Any other committed
 * offset only follows the snapshots.
 *
 * @returns where to go on
 */
export function obeyOperator(
  { topic, partition, start, end, committed }: TakeOver,
  logger: Logger,
): bigint {
  if (committed === undefined || !isSetByOperator(committed.metadata)) return start;
  const set = committed.nextOffset;
  const position = { topic, partition, next: String(start), set: String(set), end: String(end) };
  if (!isObeyed(set, { start, end })) {
    const why =
      set > end
        ? 'lies above the end: it is not obeyed'
        : "lies before the state's: it was obeyed before, or records would count twice";
    logger.error(position, `The offset that an operator set ${why}`);
    return start;
  }
  if (set > start) {
    logger.warn(position, 'An operator set the offset: the records before it are not counted');
  }
  return set;
}
