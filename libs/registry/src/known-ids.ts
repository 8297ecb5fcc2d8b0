/** For how long a no of the registry holds: long enough not to ask for every record, short for a slow replica. */
const NO_HOLDS_MS = 30_000;

/** Requests at the same time. */
const CONCURRENCY = 8;

/** So many ids that do not exist are remembered: more are noise, asked for each time. */
const MAX_REMEMBERED = 10_000;

/** An id is part of a schema for ever, so a yes is never asked for again. */
export class KnownIds {
  readonly #ask: (id: number) => Promise<boolean>;
  readonly #known = new Set<number>();
  readonly #unknownUntil = new Map<number, number>();

  /** @param ask the registry: whether it has the id; rejects when it does not say */
  constructor(ask: (id: number) => Promise<boolean>) {
    this.#ask = ask;
  }

  /** @returns whether the id exists, as far as was learnt */
  has(id: number): boolean {
    return this.#known.has(id);
  }

  /** Takes note of an id that needs no asking. */
  add(id: number): void {
    this.#known.add(id);
  }

  /**
   * Asks for the ids that are not known well enough.
   *
   * @throws what `ask` rejects with; what was learnt before stays
   */
  async learn(ids: Iterable<number>): Promise<void> {
    const now = Date.now();
    const open = [...new Set(ids)].filter((id) => !this.#isSettled(id, now));
    const work = open.values();
    const worker = async (): Promise<void> => {
      // Ids are positive: what has the sign bit set is none, and was no frame.
      for (const id of work) this.#note(id, id >= 0 && (await this.#ask(id)), now);
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, open.length) }, worker));
  }

  #isSettled(id: number, now: number): boolean {
    return this.#known.has(id) || (this.#unknownUntil.get(id) ?? 0) > now;
  }

  #note(id: number, exists: boolean, now: number): void {
    if (exists) {
      this.#known.add(id);
      this.#unknownUntil.delete(id);
      return;
    }
    if (this.#unknownUntil.size >= MAX_REMEMBERED) this.#unknownUntil.clear();
    this.#unknownUntil.set(id, now + NO_HOLDS_MS);
  }
}
