import type { ByteReader, ByteWriter } from '../../state/byte-codec.ts';
import type { Bounds } from '../../state/bounds.ts';
import type { Insight, Kept, Merging, Rows, VisitRow } from '../insight.ts';
import { BoundedValues } from './bounded-values.ts';
import type { Tally } from './bounded-values.ts';
import { addCount, OTHER } from './distribution.ts';
import type { Counts } from './distribution.ts';
import { SlotCounts } from './slot-counts.ts';

/** What is written of a value beside its name and count. */
export interface TallyCodec<T extends Tally> {
  /** In a few words: what that is; absent: nothing. */
  readonly holds?: string;
  create(slot: number): T;
  write(tally: T, writer: ByteWriter): void;
  read(tally: T, reader: ByteReader): void;
}

/** Values that are only counted. */
export const COUNTED: TallyCodec<Tally> = {
  create: (slot) => ({ slot, count: 0 }),
  write: () => undefined,
  read: () => undefined,
};

/** @returns how the values of a dimension are kept, with their counts since the beginning */
export function keptValues<T extends Tally>(codec: TallyCodec<T>): Kept<BoundedValues<T>> {
  const empty = ({ maxDistinctValues, namesBytes }: Bounds): BoundedValues<T> =>
    new BoundedValues({ values: maxDistinctValues, bytes: namesBytes }, (slot) =>
      codec.create(slot),
    );
  const writeTally = (tally: T, writer: ByteWriter): void => {
    writer.uint(tally.count);
    codec.write(tally, writer);
  };
  const readTally = (tally: T, reader: ByteReader): void => {
    tally.count = reader.uint();
    codec.read(tally, reader);
  };
  return {
    holds: codec.holds === undefined ? 'values' : `values, with ${codec.holds}`,
    empty,
    write(values, writer) {
      writeTally(values.other, writer);
      writer.uint(values.size);
      for (const [value, tally] of values.entries()) {
        writer.text(value);
        writeTally(tally, writer);
      }
    },
    read(reader, bounds) {
      const values = empty(bounds);
      readTally(values.other, reader);
      reader.repeat(() => {
        readTally(values.restore(reader.text()), reader);
      });
      return values;
    },
  };
}

/** How the values of an hour are kept. */
export const KEPT_HOUR: NonNullable<Insight<unknown, SlotCounts>['cells']> = {
  of: 'hour',
  holds: 'slots',
  empty: ({ hourValues }) => new SlotCounts(hourValues),
  write(counts, writer) {
    counts.write(writer);
  },
  read: (reader, { hourValues }) => SlotCounts.read(reader, hourValues),
};

/** How counts by value become one: by the values' names, since each partition has slots of its own. */
export const MERGING: Merging<BoundedValues<Tally>, SlotCounts, Counts> = {
  empty: () => new Map(),
  addAlways(into, values) {
    if (values.other.count > 0) addCount(into, OTHER, values.other.count);
    for (const [value, { count }] of values.entries()) {
      if (count > 0) addCount(into, value, count);
    }
  },
  addCell(into, cell, values) {
    cell.forEach((slot, count) => {
      addCount(into, values.nameOf(slot), count);
    });
  },
  add(into, other) {
    for (const [value, count] of other) addCount(into, value, count);
  },
};

/**
 * @param insight its name in rows
 * @param more columns beside the count
 * @returns the counts that sinks read
 */
export function valueRows<T extends Tally>(
  insight: string,
  more: (tally: T) => Readonly<Record<string, number>> | undefined = () => undefined,
): Rows<BoundedValues<T>, SlotCounts> {
  const visitTally = (value: string, tally: T, visit: VisitRow): void => {
    if (tally.count > 0) visit(value, tally.count, more(tally));
  };
  return {
    insight,
    always(values, visit) {
      for (const [value, tally] of values.entries()) visitTally(value, tally, visit);
      visitTally(OTHER, values.other, visit);
    },
    ofDay(cell, _at, values, visit) {
      cell.forEach((slot, count) => {
        visit(values.nameOf(slot), count);
      });
    },
  };
}
