import type { Cluster } from '../cluster/cluster.ts';
import type { BatchEncoder, OutgoingBatch } from '../ports.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { BATCH_OVERHEAD, recordBytes } from '../records/record-size.ts';
import { isOfWhatIsWritten, isSurelyUnwritten, writeOnce } from '../writing/write-once.ts';
import type { FailedWrite, Sent } from '../writing/write-once.ts';

/** Records that are all appended together, or not at all. */
export interface Unit {
  /** The partition that they go to. */
  readonly place: number;
  readonly records: readonly OutgoingRecord[];
}

/** What became of a unit; `unknown`: it may be there, or come to be there behind what is written later. */
export type Fate = 'written' | 'unwritten' | 'unknown';

export interface UnitsWritten {
  readonly fates: ReadonlyMap<Unit, Fate>;
  /** The partitions that not all could be written to. */
  readonly failed: readonly FailedWrite[];
}

/** What a batch of the topic takes. */
export interface UnitLimits {
  readonly topic: string;
  readonly maxMessageBytes: number;
  readonly maxRecords: number;
}

const NO_PRODUCER = { producerId: -1n, epoch: -1, baseSequence: -1 };
/** Leaders that move are known after a look or two: what takes longer is reported. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;

/**
 * Writes units to all replicas, those of a partition in their order, as few batches as they fit
 * into. Nothing is sent twice that may have arrived, and nothing to a partition behind it.
 *
 * @throws ProtocolError when an operator has to act
 */
export async function writeUnits(
  cluster: Cluster,
  encoder: BatchEncoder,
  units: readonly Unit[],
  limits: UnitLimits,
): Promise<UnitsWritten> {
  const { topic } = limits;
  const packed = pack(units, limits);
  const batches = new Map<Sent, readonly Unit[]>();
  for (const { place, together, bytes } of packed) {
    const records = together.flatMap((unit) => unit.records);
    // Keys and heads repeat themselves: a third of a small batch. What does not compress grows, so it needs room.
    const codec = bytes <= limits.maxMessageBytes / 2 ? 'gzip' : 'none';
    const batch: OutgoingBatch = await encoder.encode(records, codec);
    batches.set({ topic, partition: place, batch, stamp: NO_PRODUCER }, together);
  }
  const fates = new Map<Unit, Fate>(units.map((unit) => [unit, 'unwritten']));
  const settle = (sent: Sent, fate: Fate): void => {
    for (const unit of batches.get(sent) ?? []) fates.set(unit, fate);
  };
  let left: readonly Sent[] = [...batches.keys()];
  const lost = new Map<number, FailedWrite>();
  for (let attempt = 1; ; attempt += 1) {
    const written = new Set<Sent>();
    const failed = await writeOnce(cluster, left, written);
    for (const sent of written) settle(sent, 'written');
    for (const one of failed.values()) {
      if (isSurelyUnwritten(one.error)) continue;
      settle(one.sent, 'unknown');
      lost.set(one.partition, one);
    }
    left = left.filter((sent) => !written.has(sent) && !lost.has(sent.partition));
    const again = [...failed.values()].filter(({ partition }) => !lost.has(partition));
    const isRetriable = again.some(({ error }) => !isOfWhatIsWritten(error));
    if (failed.size > 0) await cluster.refresh().catch(() => undefined);
    if (!isRetriable || attempt >= ATTEMPTS) return { fates, failed: [...lost.values(), ...again] };
    await cluster.pause(PAUSE_MS * attempt);
  }
}

interface Packed {
  readonly place: number;
  readonly together: readonly Unit[];
  /** Before they are compressed. */
  readonly bytes: number;
}

function pack(units: readonly Unit[], { maxMessageBytes, maxRecords }: UnitLimits): Packed[] {
  const packed: Packed[] = [];
  for (const [place, ofPlace] of byPlace(units)) {
    let together: Unit[] = [];
    let bytes = BATCH_OVERHEAD;
    let records = 0;
    for (const unit of ofPlace) {
      const size = unit.records.reduce((sum, record) => sum + recordBytes(record), 0);
      const count = unit.records.length;
      const isFull = bytes + size > maxMessageBytes || records + count > maxRecords;
      if (together.length > 0 && isFull) {
        packed.push({ place, together, bytes });
        together = [];
        bytes = BATCH_OVERHEAD;
        records = 0;
      }
      together.push(unit);
      bytes += size;
      records += count;
    }
    if (together.length > 0) packed.push({ place, together, bytes });
  }
  return packed;
}

function byPlace(units: readonly Unit[]): ReadonlyMap<number, readonly Unit[]> {
  const places = new Map<number, Unit[]>();
  for (const unit of units) {
    const known = places.get(unit.place);
    if (known === undefined) places.set(unit.place, [unit]);
    else known.push(unit);
  }
  return places;
}
