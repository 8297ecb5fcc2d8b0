import type { Cluster } from '../cluster/cluster.ts';
import type { BatchEncoder, Clock } from '../ports.ts';
import type { WrittenTopic } from './changes.ts';
import { eraseRecord } from './section-records.ts';
import type { SetRecord } from './snapshot-sets.ts';
import { writeUnits } from './write-units.ts';
import type { Unit } from './write-units.ts';

export interface SetCleanerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly encoder: BatchEncoder;
  readonly input: string;
  /** The topic of snapshots. */
  readonly target: WrittenTopic;
}

const MAX_RECORDS = 1_000;

/**
 * Erases the records of sets that have a successor: compaction would keep the last of each key for ever.
 *
 * An owner erases a set only when it has a whole one in the topic itself, and only sets that were
 * first written to before its own: it has read them when it restored, or they are its own. So of
 * all sets that were ever whole the one that was begun last is erased by none, however many owners,
 * frozen ones too, erase what others wrote: the topic always has a whole one.
 */
export class SetCleaner {
  readonly #options: SetCleanerOptions;

  constructor(options: SetCleanerOptions) {
    this.#options = options;
  }

  /**
   * @param records by input partition; of each set the head first, so that what is left of it is
   *   never taken for a whole one
   * @returns those that are erased for sure
   * @throws ProtocolError when an operator has to act
   */
  async erase(records: ReadonlyMap<number, readonly SetRecord[]>): Promise<ReadonlySet<SetRecord>> {
    const { cluster, clock, encoder, input, target } = this.#options;
    const now = clock.now();
    const erasing = new Map<Unit, SetRecord>();
    for (const [partition, ofPartition] of records) {
      for (const record of ofPartition) {
        const { set, section, place } = record;
        const erased = eraseRecord({ input, partition, set }, section, now);
        erasing.set({ place, records: [erased] }, record);
      }
    }
    if (erasing.size === 0) return new Set();
    const limits = { ...target, maxRecords: MAX_RECORDS };
    const { fates } = await writeUnits(cluster, encoder, [...erasing.keys()], limits);
    return new Set(
      [...erasing].flatMap(([unit, record]) => (fates.get(unit) === 'written' ? [record] : [])),
    );
  }
}
