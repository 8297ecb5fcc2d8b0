import { CATALOGUE } from '../insights/catalogue.ts';
import type { PartitionState } from '../state/partition-state.ts';
import type { DayCells, HourCell } from '../state/day-cells.ts';
import type { Touched } from '../state/time-cells.ts';
import { HOURS_PER_DAY } from '../utc.ts';
import { CellSum } from './cell-sum.ts';
import type { MergedCell } from './cell-sum.ts';

/** What all partitions have of one day. It does not change. */
export class MergedDay {
  /** By hour of the day. */
  readonly hours: readonly (MergedCell | undefined)[];
  /** What is kept of the day as one. */
  readonly parts: MergedCell;
  readonly #sum: CellSum;
  #whole: MergedCell | undefined;

  constructor({ hours, parts, sum }: GrowingDay) {
    this.hours = [...hours];
    this.parts = parts;
    this.#sum = sum;
  }

  /** The sum of its hours. */
  get whole(): MergedCell {
    return (this.#whole ??= this.#sum.of(this.hours.filter((hour) => hour !== undefined)));
  }
}

/** What is kept of an hour, or what is kept of a day as one: it may grow until it is given away. */
interface GrowingCell extends MergedCell {
  counted: number;
  /** Of {@link MergedCells}, when it was made. */
  readonly generation: number;
}

interface GrowingDay {
  readonly hours: (GrowingCell | undefined)[];
  readonly parts: GrowingCell;
  readonly sum: CellSum;
  /** Undefined: it has changed since it was given away. */
  given: MergedDay | undefined;
}

/** A state, and what it keeps of one day. */
interface StateOfDay {
  readonly state: PartitionState;
  readonly cells: DayCells;
}

/**
 * The hours and days of all partitions. A partition that is new is added to them; those that
 * changed are merged when they are asked for, and no others. What was given away does not change
 * any more.
 */
export class MergedCells {
  readonly #days = new Map<number, GrowingDay>();
  readonly #changed: Touched = { hours: new Set(), days: new Set() };
  /** Goes up when all is given away. */
  #generation = 0;

  /** Adds a partition that was not there before. */
  add(state: PartitionState): void {
    for (const day of state.cells.days) {
      const cells = state.cells.cellsOf(day);
      if (cells !== undefined) this.#addDay(day, { state, cells });
    }
  }

  touch({ hours, days }: Touched): void {
    for (const hour of hours) this.#changed.hours.add(hour);
    for (const day of days) this.#changed.days.add(day);
  }

  /** @returns the days, as they are now */
  of(states: readonly PartitionState[]): ReadonlyMap<number, MergedDay> {
    for (const day of this.#changed.days) this.#merge(day, states);
    this.#changed.hours.clear();
    this.#changed.days.clear();
    this.#generation += 1;
    return new Map(
      [...this.#days].map(([day, known]) => [day, (known.given ??= new MergedDay(known))]),
    );
  }

  #addDay(day: number, added: StateOfDay): void {
    const known = this.#days.get(day);
    const { hours, sum } = known ?? noDay();
    for (const [index, cell] of added.cells.hours.entries()) {
      if (cell === undefined) continue;
      const growing = this.#growing('hour', hours[index]);
      hours[index] = growing;
      addHour(growing, day * HOURS_PER_DAY + index, added.state, cell);
    }
    const growing = this.#growing('day', known?.parts);
    addParts(growing, day, added);
    this.#days.set(day, { hours, parts: growing, sum, given: undefined });
  }

  #merge(day: number, states: readonly PartitionState[]): void {
    const ofDay = states.flatMap((state) => {
      const cells = state.cells.cellsOf(day);
      return cells === undefined ? [] : [{ state, cells }];
    });
    if (ofDay.length === 0) {
      this.#days.delete(day);
      return;
    }
    const { hours, sum } = this.#days.get(day) ?? noDay();
    for (let index = 0; index < HOURS_PER_DAY; index += 1) {
      const hour = day * HOURS_PER_DAY + index;
      if (this.#changed.hours.has(hour)) hours[index] = this.#mergeHour(ofDay, index, hour);
    }
    const parts = this.#growing('day', undefined);
    for (const each of ofDay) addParts(parts, day, each);
    this.#days.set(day, { hours, parts, sum, given: undefined });
  }

  #mergeHour(ofDay: readonly StateOfDay[], index: number, hour: number): GrowingCell | undefined {
    let merged: GrowingCell | undefined;
    for (const { state, cells } of ofDay) {
      const cell = cells.hours[index];
      if (cell === undefined) continue;
      merged ??= this.#growing('hour', undefined);
      addHour(merged, hour, state, cell);
    }
    return merged;
  }

  /** @returns a cell that may grow, with what is in another one */
  #growing(of: 'hour' | 'day', base: GrowingCell | undefined): GrowingCell {
    if (base?.generation === this.#generation) return base;
    const merged = CATALOGUE.map(({ cells, merging }, index) => {
      if (cells?.of !== of) return undefined;
      const into = merging.empty();
      if (base !== undefined) merging.add(into, base.merged[index]);
      return into;
    });
    return { counted: base?.counted ?? 0, merged, generation: this.#generation };
  }
}

function noDay(): Pick<GrowingDay, 'hours' | 'sum'> {
  const hours = new Array<undefined>(HOURS_PER_DAY).fill(undefined);
  return { hours, sum: new CellSum('hour') };
}

/** Adds what a partition has of an hour. */
function addHour(into: GrowingCell, hour: number, state: PartitionState, cell: HourCell): void {
  into.counted += cell.counted;
  for (const [index, { cells, merging }] of CATALOGUE.entries()) {
    if (cells?.of !== 'hour') continue;
    const always = state.insights[index]?.state;
    merging.addCell(into.merged[index], cell.parts[index], always, hour, cell.counted);
  }
}

/** Adds what a partition has of a day as a whole. */
function addParts(into: GrowingCell, day: number, { state, cells: ofDay }: StateOfDay): void {
  const counted = ofDay.hours.reduce((sum, cell) => sum + (cell?.counted ?? 0), 0);
  into.counted += counted;
  for (const [index, { cells, merging }] of CATALOGUE.entries()) {
    if (cells?.of !== 'day') continue;
    const always = state.insights[index]?.state;
    merging.addCell(into.merged[index], ofDay.parts[index], always, day, counted);
  }
}
