import type { FoundSnapshot } from '@login-pipeline/streams';
import type { PartitionState } from '../partition-state.ts';
import { sectionsOf } from '../sections.ts';

/** Keeps what an engine would write of a state from snapshot to snapshot: only the sections that changed. */
export class WrittenSections {
  #sections = new Map<string, Buffer>();
  #revisions = new Map<string, number>();
  /** Bytes of each snapshot, without keys and heads. */
  readonly bytes: number[] = [];

  /** @returns the snapshot as a reader of the topic would find it */
  write(state: PartitionState, writtenMs: number): FoundSnapshot {
    const sections = new Map<string, Buffer>();
    const revisions = new Map<string, number>();
    let bytes = 0;
    for (const section of sectionsOf(state)) {
      const { name, revision } = section;
      const known = this.#revisions.get(name) === revision ? this.#sections.get(name) : undefined;
      const content = known ?? section.encode();
      if (known === undefined) bytes += content.length;
      sections.set(name, content);
      revisions.set(name, revision);
    }
    this.#sections = sections;
    this.#revisions = revisions;
    this.bytes.push(bytes);
    return { nextOffset: state.nextOffset, writtenMs, sections, missing: [] };
  }
}
