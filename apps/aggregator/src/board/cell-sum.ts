import { CATALOGUE } from '../insights/catalogue.ts';

/** What all partitions have of one hour, or of one day. It does not change. */
export interface MergedCell {
  readonly counted: number;
  /** In the order of the catalogue. */
  readonly merged: readonly unknown[];
}

/** So many are added each time before those of them that rest are summed up with the others. */
const MOST_MOVING = 8;
/** Fewer are summed up when the sum has served so often: what a late login moved may soon move again. */
const SERVES = 10;

/**
 * The sum of hours, or of days, that is asked for again and again while few of them change: of
 * those that rest the sum is kept, and only the others are added to it.
 */
export class CellSum {
  readonly #of: 'hour' | 'day';
  #asked: ReadonlySet<MergedCell> = new Set();
  #resting: ReadonlySet<MergedCell> = new Set();
  #sumOfResting: MergedCell;
  /** How often the sum of those that rest has served. */
  #served = 0;

  constructor(of: 'hour' | 'day') {
    this.#of = of;
    this.#sumOfResting = this.#add([]);
  }

  of(cells: readonly MergedCell[]): MergedCell {
    const now = new Set(cells);
    let moving = cells.filter((cell) => !this.#resting.has(cell));
    const isChanged = moving.length + this.#resting.size > now.size;
    this.#served += 1;
    const isDue = moving.length > MOST_MOVING || this.#served > SERVES;
    const isRested = isDue && moving.some((cell) => this.#asked.has(cell));
    if (isChanged || isRested) {
      this.#resting = new Set(cells.filter((cell) => this.#asked.has(cell)));
      this.#sumOfResting = this.#add([...this.#resting]);
      this.#served = 0;
      moving = cells.filter((cell) => !this.#resting.has(cell));
    }
    this.#asked = now;
    return moving.length === 0 ? this.#sumOfResting : this.#add([this.#sumOfResting, ...moving]);
  }

  #add(cells: readonly MergedCell[]): MergedCell {
    const merged = CATALOGUE.map(({ cells: kept, merging }, index) => {
      const into = merging.empty();
      if (kept?.of === this.#of) for (const cell of cells) merging.add(into, cell.merged[index]);
      return into;
    });
    return { counted: cells.reduce((all, { counted }) => all + counted, 0), merged };
  }
}
