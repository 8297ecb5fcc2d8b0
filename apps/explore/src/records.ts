import type { TransformEvent } from '@login-pipeline/streams';
import type { Random, SimulatedCluster } from '@login-pipeline/streams/testing';
import { GROUP } from './fleet.ts';
import { faultsOf } from './oracle.ts';
import { DEAD_LETTERS, INPUT, OUTPUT } from './topics.ts';

/** Writes numbered records, a few at a time. */
export class RecordWriter {
  readonly written = new Set<number>();
  readonly #cluster: SimulatedCluster;
  readonly #random: Random;

  constructor(cluster: SimulatedCluster, random: Random) {
    this.#cluster = cluster;
    this.#random = random;
  }

  /** Writes now and then, until a time. @param longest pause between */
  start(until: number, longest: number): void {
    const random = this.#random;
    for (let time = 10; time < until; time += random.between(longest / 20, longest)) {
      this.#cluster.at(time, () => {
        const { length } = this.#cluster.read(INPUT);
        if (length > 0) this.write(random.int(length));
      });
    }
  }

  write(partition: number): void {
    const count = 1 + this.#random.int(4);
    if (!this.#cluster.isWritable(INPUT, partition)) return;
    const serials = Array.from({ length: count }, (_, index) => this.written.size + index);
    for (const serial of serials) this.written.add(serial);
    const records = serials.map((serial) => ({
      key: Buffer.from(`key ${serial % 7}`),
      value: Buffer.from(String(serial)),
      timestamp: serial,
    }));
    this.#cluster.append(INPUT, partition, records);
  }
}

/** @returns whether the group has committed the end of each partition that has records */
export function isProcessed(cluster: SimulatedCluster): boolean {
  const committed = new Map(
    cluster.committed(GROUP).map(({ partition, offset }) => [partition, Number(offset)]),
  );
  const partitions = cluster.read(INPUT);
  return partitions.every(({ all }, partition) => {
    if (all.length === 0) return true;
    return committed.get(partition) === cluster.partition(INPUT, partition).log.end;
  });
}

/** @returns what is wrong with what is in the topics now; see {@link faultsOf} */
export function faultsNow(cluster: SimulatedCluster, written: ReadonlySet<number>): string[] {
  const serials = (topic: string): number[][] =>
    cluster.read(topic).map(({ committed }) => committed.map(({ value }) => Number(String(value))));
  return faultsOf({
    input: serials(INPUT),
    written,
    output: serials(OUTPUT),
    deadLetters: serials(DEAD_LETTERS),
    isAligned: false,
  });
}

/** @returns an event as a line of text */
export function describeEvent(event: TransformEvent): string {
  return JSON.stringify(event, (_, value: unknown) => {
    if (typeof value === 'bigint') return Number(value);
    return value instanceof Error ? String(value) : value;
  });
}
