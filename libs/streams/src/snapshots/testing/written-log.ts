import type { ConsumedRecord, OutgoingRecord } from '../../records/record.ts';

/** The log of a partition of the topic of snapshots: batches of records, and what compaction leaves of them. */
export class WrittenLog {
  #records: ConsumedRecord[] = [];
  #end = 0;
  /** Where the last batch begins. */
  #last = 0;

  get end(): number {
    return this.#end;
  }

  append(records: readonly OutgoingRecord[]): void {
    this.#last = this.#end;
    for (const record of records) {
      this.#records.push({ ...record, offset: String(this.#end) });
      this.#end += 1;
    }
  }

  /** @returns the records from an offset on, at most so many */
  read(from: number, most = Infinity): readonly ConsumedRecord[] {
    return this.#records.filter(({ offset }) => Number(offset) >= from).slice(0, most);
  }

  /**
   * Deletes records whose key a later one has, too, and tombstones of which nothing older is left;
   * none of the last batch.
   *
   * @param goes chooses which of them go
   */
  compact(goes: () => boolean): void {
    const last = new Map(this.#records.map(({ key, offset }) => [String(key), offset]));
    const left = new Set<string>();
    this.#records = this.#records.filter(({ key, offset, value }) => {
      const name = String(key);
      const isLast = last.get(name) === offset;
      const isDone = isLast && value === null && !left.has(name);
      const mayGo = (!isLast || isDone) && Number(offset) < this.#last;
      if (mayGo && goes()) return false;
      left.add(name);
      return true;
    });
  }
}
