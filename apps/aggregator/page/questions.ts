/** Something to ask again and again. */
export interface Question {
  /** The same question has the same one. */
  readonly path: string;
  /** Ms from one time to the next, while the server tells of changes. */
  readonly soonMs: number;
  /** Ms from one time to the next, at most: periods move on without logins too. */
  readonly everyMs: number;
  /** Is never rejected. */
  ask(): Promise<void>;
}

/**
 * Asks one question at a time, that which is due the longest first: however many there are, they take one connection,
 * and when there is no time for all of them, each is asked less often.
 */
export class Questions {
  readonly #wanted: () => readonly Question[];
  readonly #askedMs = new Map<string, number>();
  #changedMs = -Infinity;
  #isAsking = false;

  /** @param wanted the questions that are worth asking now; of several that are due, the first comes first */
  constructor(wanted: () => readonly Question[]) {
    this.#wanted = wanted;
  }

  /** The server tells that something has changed. */
  changed(): void {
    this.#changedMs = performance.now();
  }

  /** Asks all that is due, if it does not do so already. */
  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#askedMs.set(next.path, performance.now());
      await next.ask();
    }
    this.#isAsking = false;
  }

  #next(): Question | undefined {
    const wanted = this.#wanted();
    const paths = new Set(wanted.map(({ path }) => path));
    // One that was not wanted for a while is due at once when it is again.
    for (const path of this.#askedMs.keys()) if (!paths.has(path)) this.#askedMs.delete(path);
    const due = wanted.map((question) => ({ question, times: this.#timesDue(question) }));
    const longest = Math.max(...due.map(({ times }) => times));
    return longest < 1 ? undefined : due.find(({ times }) => times === longest)?.question;
  }

  /** How many of its intervals have passed; 1 is due. */
  #timesDue({ path, soonMs, everyMs }: Question): number {
    const askedMs = this.#askedMs.get(path);
    if (askedMs === undefined) return Infinity;
    const interval = askedMs < this.#changedMs ? soonMs : everyMs;
    return (performance.now() - askedMs) / interval;
  }
}
