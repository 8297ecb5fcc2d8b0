import type { SavedSet } from '../snapshots/section-plan.ts';
import type { SetRecord } from '../snapshots/snapshot-sets.ts';
import type { Written } from '../snapshots/snapshot-writer.ts';

/** What the owner of a partition knows of its snapshots in their topic. */
export class KeptState {
  #nextOffset: bigint | undefined;
  #saved: SavedSet | undefined;
  readonly #outdated: Set<string>;
  /** Records of outdated sets that are erased, and may not have been read as such yet. */
  #erased = new Set<string>();

  /**
   * @param nextOffset of the snapshot that the state was restored from, where it need not be saved again
   * @param sets those that were there when it was restored
   */
  constructor(nextOffset: bigint | undefined, sets: Iterable<string>) {
    this.#nextOffset = nextOffset;
    this.#outdated = new Set(sets);
  }

  /** The next offset of the last snapshot that is safely there; undefined: there is none. */
  get nextOffset(): bigint | undefined {
    return this.#nextOffset;
  }

  /** What of the state is there in a set of the owner's; undefined: all of it is to be written, as a new set. */
  get saved(): SavedSet | undefined {
    return this.#saved;
  }

  /**
   * The sets whose records may go: those that were there when the state was restored, and own ones
   * that are not written on. Never one that came later: it may be a successor's. None while the
   * state is in no other one.
   */
  get outdated(): ReadonlySet<string> {
    return this.#saved === undefined ? NONE : this.#outdated;
  }

  /** @param written what became of a snapshot that was to be written behind what was saved */
  note(written: Written): void {
    if (written.kind === 'unwritten') return;
    const saved = written.kind === 'saved' ? written.saved : undefined;
    if (written.kind === 'unknown') this.#outdated.add(written.set);
    if (this.#saved !== undefined && this.#saved.set !== saved?.set) {
      this.#outdated.add(this.#saved.set);
    }
    this.#saved = saved;
    if (saved !== undefined) this.#nextOffset = saved.nextOffset;
  }

  /** What was saved may be gone: all of the state is to be saved again. @param set one that was written meanwhile */
  forget(set = this.#saved?.set): void {
    for (const gone of [set, this.#saved?.set]) if (gone !== undefined) this.#outdated.add(gone);
    this.#saved = undefined;
    this.#nextOffset = undefined;
  }

  /** @param there the records of outdated sets, as far as the topic is read @returns those that are not erased yet */
  toErase(there: readonly SetRecord[]): readonly SetRecord[] {
    const isErased = (record: SetRecord): boolean => this.#erased.has(nameOf(record));
    this.#erased = new Set(there.filter(isErased).map(nameOf));
    return there.filter((record) => !isErased(record));
  }

  noteErased(record: SetRecord): void {
    this.#erased.add(nameOf(record));
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Written again, it is another one. */
function nameOf({ place, offset }: SetRecord): string {
  return `${place} ${offset}`;
}
