import type { BatchEncoder, Codec } from '../ports.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { BATCH_OVERHEAD, recordBytes, splitBySize } from '../records/record-size.ts';
import type { Write } from '../transactions/produce.ts';

/** What a topic takes. */
export interface TargetLimits {
  /** Its `max.message.bytes`: the most bytes of one batch. */
  readonly maxMessageBytes: number;
  readonly maxRecords: number;
  readonly codec: Codec;
}

/** A write, with where its records come from. */
export interface SourcedWrite extends Write {
  /** By batch, by record: the index among the records that were given. */
  readonly sources: readonly (readonly number[])[];
}

/** Bytes that do not compress grow: snappy's worst case is a sixth (its format description, "max length"). */
const COMPRESSION_GROWTH = 7 / 6;

/**
 * Encodes records for a topic, by their partitions, in batches that the topic takes. A record that
 * is too large as it is goes alone and compressed: it came in that way.
 *
 * @param partitionOf chooses the partition of a record
 */
export function partitionedWrites<Outgoing extends OutgoingRecord>(
  topic: string,
  records: readonly Outgoing[],
  partitionOf: (record: Outgoing) => number,
  limits: TargetLimits,
  encoder: BatchEncoder,
): Promise<readonly SourcedWrite[]> {
  const byPartition = new Map<number, number[]>();
  for (const [index, record] of records.entries()) {
    const partition = partitionOf(record);
    const known = byPartition.get(partition);
    if (known === undefined) byPartition.set(partition, [index]);
    else known.push(index);
  }
  return Promise.all(
    [...byPartition].map(async ([partition, indexes]) => {
      const ofPartition =
        indexes.length === records.length
          ? records
          : indexes.flatMap((index) => records[index] ?? []);
      const runs = [...runsOf(ofPartition, limits)];
      const batches = await Promise.all(runs.map(({ run, codec }) => encoder.encode(run, codec)));
      let start = 0;
      const sources = runs.map(({ run: { length } }) => indexes.slice(start, (start += length)));
      return { topic, partition, batches, sources };
    }),
  );
}

/** What makes one batch each, and how it is compressed. */
function* runsOf(
  records: readonly OutgoingRecord[],
  { maxMessageBytes, maxRecords, codec }: TargetLimits,
): Generator<{ readonly run: readonly OutgoingRecord[]; readonly codec: Codec }> {
  const growth = codec === 'none' ? 1 : COMPRESSION_GROWTH;
  const maxBytes = Math.floor(maxMessageBytes / growth);
  for (const run of splitBySize(records, { maxBytes, maxRecords })) {
    const [only] = run;
    const bytes = only === undefined ? 0 : BATCH_OVERHEAD + recordBytes(only);
    if (run.length > 1 || bytes <= maxBytes) yield { run, codec };
    else yield { run, codec: bytes <= maxMessageBytes ? 'none' : 'gzip' };
  }
}
