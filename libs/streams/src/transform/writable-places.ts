import type { Cluster } from '../cluster/cluster.ts';
import type { Clock } from '../ports.ts';
import { PartitionUnwritableError } from '../transactions/errors.ts';
import { throttledMs } from './entry.ts';
import type { Entry } from './entry.ts';

export interface WritablePlacesOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** A partition of the input waits, because its records cannot be written; undefined: they can. */
  readonly onWaiting: (partition: number, reason: string | undefined) => void;
}

/** A partition that cannot be written is tried again after so long. */
const UNWRITABLE_PAUSE_MS = 500;

/** Knows which partitions of the input cannot be committed at the moment, because of where their records go. */
export class WritablePlaces {
  readonly #options: WritablePlacesOptions;
  /** Partitions of the input, with the time at which they are tried again. */
  readonly #unwritable = new Map<number, number>();

  constructor(options: WritablePlacesOptions) {
    this.#options = options;
  }

  /** @returns for how long an entry has to wait, in milliseconds; 0: it need not */
  waitMs({ partition, writes }: Entry): number {
    const { cluster, clock } = this.#options;
    const unwritableMs = (this.#unwritable.get(partition) ?? 0) - clock.now();
    return Math.max(0, unwritableMs, throttledMs(cluster, writes));
  }

  /**
   * A partition without a leader would only fail the transaction of the others.
   *
   * @returns whether an entry may be in the next one
   */
  isReady(entry: Entry): boolean {
    const { cluster } = this.#options;
    if (this.waitMs(entry) > 0) return false;
    const place = entry.writes.find(
      (write) => cluster.leader(write.topic, write.partition) === undefined,
    );
    if (place === undefined) return true;
    this.setAside(entry.partition, new PartitionUnwritableError(place, 'it has no leader'));
    void cluster.refresh().catch(() => undefined);
    return false;
  }

  /** Records of a partition could not be written. */
  setAside(partition: number, { message }: PartitionUnwritableError): void {
    const { clock, onWaiting } = this.#options;
    this.#unwritable.set(partition, clock.now() + UNWRITABLE_PAUSE_MS);
    onWaiting(partition, message);
  }

  /** Records of a partition were written. */
  passed(partition: number): void {
    if (this.#unwritable.delete(partition)) this.#options.onWaiting(partition, undefined);
  }

  forget(partition: number): void {
    this.#unwritable.delete(partition);
  }
}
