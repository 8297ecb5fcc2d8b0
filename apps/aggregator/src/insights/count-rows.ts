import { createHash } from 'node:crypto';
import type { BoundedValues, Tally } from './bounded-values.ts';
import { OTHER } from './insights.ts';
import { isoMinute } from './peaks.ts';
import type { PartitionState } from './partition-state.ts';
import { isSeen } from './version-adoption.ts';

/** Longer values have their hash in the key: an index of a database does not take them. */
const MAX_KEY_VALUE = 128;

/**
 * One count of one partition. Summed over the partitions it is the count of the insights; a minute that has left the
 * traffic window keeps its last one.
 */
export interface CountRow {
  readonly partition: number;
  readonly insight: 'app_version' | 'device_type' | 'locale' | 'minute' | 'outcome';
  /** What is counted; a minute as `2026-11-28T10:15Z`. */
  readonly value: string;
  readonly logins: number;
  /** Event time of the earliest and of the latest login, epoch ms; of app versions only. */
  readonly first_seen_ms?: number;
  readonly last_seen_ms?: number;
  /** All records below it are contained. Of two rows with one key the one with the higher offset holds. */
  readonly next_offset: number;
}

/** Which counts of each partition have moved since they were told last. */
export class ChangedCounts {
  /** The counts told last, by key, by partition. */
  readonly #told = new Map<number, ReadonlyMap<string, number>>();

  /** @returns the rows, by key, whose counts differ from those told last; all of them after {@link forget} */
  since(partition: number, state: PartitionState): ReadonlyMap<string, CountRow> {
    const before = this.#told.get(partition);
    const told = new Map<string, number>();
    const changed = new Map<string, CountRow>();
    visitCounts(state, (insight, value, logins, seen) => {
      const key = `${partition}/${insight}/${keyPart(value)}`;
      told.set(key, logins);
      if (before?.get(key) === logins) return;
      const next_offset = Number(state.nextOffset);
      changed.set(key, {
        partition,
        insight,
        value: readable(value),
        logins,
        ...seen,
        next_offset,
      });
    });
    this.#told.set(partition, told);
    return changed;
  }

  /** The next call tells all counts of the partition. */
  forget(partition: number): void {
    this.#told.delete(partition);
  }
}

type Seen = Required<Pick<CountRow, 'first_seen_ms' | 'last_seen_ms'>>;
type Visit = (insight: CountRow['insight'], value: string, logins: number, seen?: Seen) => void;

function visitCounts(state: PartitionState, visit: Visit): void {
  const visitValues = <T extends Tally>(
    insight: CountRow['insight'],
    values: BoundedValues<T>,
    seenOf?: (tally: T) => Seen | undefined,
  ): void => {
    for (const [value, tally] of values.entries()) {
      visit(insight, value, tally.count, seenOf?.(tally));
    }
    const { other } = values;
    if (other.count > 0) visit(insight, OTHER, other.count, seenOf?.(other));
  };
  visitValues('device_type', state.deviceTypes);
  visitValues('locale', state.locales);
  visitValues('app_version', state.appVersions, (tally) =>
    isSeen(tally)
      ? { first_seen_ms: tally.firstSeenMs, last_seen_ms: tally.lastSeenMs }
      : undefined,
  );
  state.traffic.forEach((minute, count) => {
    visit('minute', isoMinute(minute), count);
  });
  const { counted, expired, invalid } = state;
  for (const [outcome, count] of Object.entries({ counted, expired, invalid })) {
    visit('outcome', outcome, count);
  }
}

function keyPart(value: string): string {
  if (value.length <= MAX_KEY_VALUE && !value.includes('\0')) return value;
  return `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

/** A column of text takes no U+0000. */
function readable(value: string): string {
  return value.replaceAll('\0', '\uFFFD');
}
