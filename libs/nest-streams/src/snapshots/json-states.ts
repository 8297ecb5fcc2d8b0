import type { FoundSnapshot, Snapshot } from '@login-pipeline/streams';
import type { PartitionStates } from './partition-states.ts';

/** A snapshot is not of this version of the state: an operator has to decide what to do. */
export class OtherStateError extends Error {
  override readonly name = 'OtherStateError';
  readonly code = 'STATE_OF_ANOTHER_VERSION';
}

interface Owned<State> {
  readonly state: State;
  nextOffset: bigint;
  revision: number;
}

/**
 * States that JSON can say, one per partition of a topic, all written anew with every snapshot: for
 * some thousand values. A larger state implements {@link PartitionStates} itself and writes the
 * sections that have changed.
 */
export class JsonStates<State> implements PartitionStates {
  readonly #section: string;
  readonly #empty: () => State;
  readonly #owned = new Map<number, Owned<State>>();
  readonly #followed = new Map<number, State>();

  /**
   * @param version of the state's form: another one cannot be read, and begins in another snapshot topic
   * @param empty the state of a partition without records
   */
  constructor(version: number, empty: () => State) {
    this.#section = `json-${version}`;
    this.#empty = empty;
  }

  /** @returns the state of a partition that this process reads, to be changed by the handler of its records */
  of(partition: number): State {
    const owned = this.#restored(partition);
    owned.revision += 1;
    return owned.state;
  }

  /** @returns the states of all partitions, those of other replicas as their newest snapshots have them */
  all(): readonly State[] {
    return [...[...this.#owned.values()].map(({ state }) => state), ...this.#followed.values()];
  }

  fit(): void {
    // What is too large for the topic is refused when it is written.
  }

  expect(): void {
    // Answers say nothing of what is not read yet.
  }

  restore(partition: number, snapshot: FoundSnapshot | undefined, start: bigint): void {
    this.#followed.delete(partition);
    const state = snapshot === undefined ? this.#empty() : this.#read(partition, snapshot);
    this.#owned.set(partition, { state, nextOffset: start, revision: 0 });
  }

  advance(partition: number, nextOffset: bigint): void {
    this.#restored(partition).nextOffset = nextOffset;
  }

  snapshot(partition: number): Snapshot {
    const { state, nextOffset, revision } = this.#restored(partition);
    const encode = (): Buffer => Buffer.from(JSON.stringify(state));
    return { nextOffset, sections: [{ name: this.#section, revision, encode }] };
  }

  release(partition: number): void {
    const owned = this.#owned.get(partition);
    // What is known of it counts until its next owner's first snapshot.
    if (owned !== undefined) this.#followed.set(partition, owned.state);
    this.#owned.delete(partition);
  }

  follow(partition: number, snapshot: FoundSnapshot): void {
    this.#followed.set(partition, this.#read(partition, snapshot));
  }

  #read(partition: number, { sections }: FoundSnapshot): State {
    const json = sections.get(this.#section);
    if (json !== undefined) return JSON.parse(json.toString()) as State;
    throw new OtherStateError(
      `The snapshot of partition ${partition} has no section "${this.#section}": another version of the state wrote it`,
    );
  }

  #restored(partition: number): Owned<State> {
    const owned = this.#owned.get(partition);
    if (owned === undefined) throw new Error(`Partition ${partition} is not restored`);
    return owned;
  }
}
