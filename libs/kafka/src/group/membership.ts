/** What a consumer is to its group. */
export type MemberState = 'starting' | 'joining' | 'member' | 'restarting' | 'leaving';

/** One change of the state, for a diagnosis. */
interface Change {
  readonly at: number;
  readonly state: MemberState;
}

const REMEMBERED_CHANGES = 12;

/**
 * Whether we are in our group, and when the coordinator last counted us in: kafkajs can lose a group without a word.
 * Pure: the clock is passed in, in epoch milliseconds.
 */
export class Membership {
  #changes: Change[];
  #provenAt: number;
  #memberId = '';
  #generation = 0;

  /** @param now when the consumer starts */
  constructor(now: number) {
    this.#changes = [{ at: now, state: 'starting' }];
    this.#provenAt = now;
  }

  get state(): MemberState {
    return this.#changes.at(-1)?.state ?? 'starting';
  }

  /** The id that the coordinator gave us; empty before. */
  get memberId(): string {
    return this.#memberId;
  }

  /** Counts the assignments of this process; a partition may have had another owner between two. */
  get generation(): number {
    return this.#generation;
  }

  /** We ask to join, for the first time or again. @returns whether we were a member until now */
  joining(memberId: string, now: number): boolean {
    const wasMember = this.state === 'member';
    this.#memberId = memberId;
    this.#change('joining', now);
    return wasMember;
  }

  /** The group has given us our part. */
  joined(memberId: string, now: number): void {
    this.#memberId = memberId;
    this.#generation += 1;
    this.#change('member', now);
    this.#provenAt = now;
  }

  /**
   * The coordinator has answered a heartbeat. When joining again fails, because it is on the move, kafkajs goes on as
   * the member that it was.
   */
  counted(now: number): void {
    this.#provenAt = now;
    this.#change('member', now);
  }

  /** The consumer ended by itself and begins anew, or the process ends. */
  gone(state: 'restarting' | 'leaving', now: number): void {
    this.#change(state, now);
  }

  /**
   * @param watchedSince what was before does not count
   * @returns for how many milliseconds no coordinator has counted us in
   */
  outFor(now: number, watchedSince: number): number {
    return Math.max(0, now - Math.max(this.#provenAt, watchedSince));
  }

  /** @returns the facts, with times as milliseconds ago */
  describe(now: number): Readonly<Record<string, unknown>> {
    return {
      state: this.state,
      generation: this.#generation,
      memberId: this.#memberId,
      countedInMsAgo: now - this.#provenAt,
      changes: this.#changes.map(({ at, state }) => ({ state, msAgo: now - at })),
    };
  }

  #change(state: MemberState, now: number): void {
    if (this.state === state) return;
    this.#changes = [...this.#changes, { at: now, state }].slice(-REMEMBERED_CHANGES);
  }
}
