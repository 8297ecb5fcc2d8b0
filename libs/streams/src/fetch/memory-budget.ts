/** A share of a {@link MemoryBudget}. */
export interface Grant {
  /** Gives back what is over a number of bytes; never takes more. */
  shrinkTo(bytes: number): void;
  /** Gives all of it back; again changes nothing. */
  release(): void;
}

interface Waiting {
  readonly bytes: number;
  readonly grant: () => void;
}

/**
 * Bytes that all readers of a process share. Shares are given in the order in which they were asked
 * for, so that a large one is not passed by small ones for ever.
 */
export class MemoryBudget {
  readonly #total: number;
  #free: number;
  readonly #queue: Waiting[] = [];

  constructor(bytes: number) {
    this.#total = bytes;
    this.#free = bytes;
  }

  /**
   * Waits for a share; one that is larger than the whole budget is all of it. Nothing is there at once.
   *
   * @param onWaiting called when it has to wait for others, and when it no longer does
   */
  async take(wanted: number, onWaiting?: (isWaiting: boolean) => void): Promise<Grant> {
    const bytes = Math.min(wanted, this.#total);
    if (bytes > 0 && (this.#queue.length > 0 || bytes > this.#free)) {
      onWaiting?.(true);
      await new Promise<void>((grant) => this.#queue.push({ bytes, grant }));
      onWaiting?.(false);
    } else {
      this.#free -= bytes;
    }
    return this.#grant(bytes);
  }

  #grant(bytes: number): Grant {
    let held = bytes;
    const shrinkTo = (rest: number): void => {
      if (rest >= held) return;
      this.#free += held - rest;
      held = rest;
      this.#serve();
    };
    return {
      shrinkTo,
      release: () => {
        shrinkTo(0);
      },
    };
  }

  #serve(): void {
    for (;;) {
      const [next] = this.#queue;
      if (next === undefined || next.bytes > this.#free) return;
      this.#queue.shift();
      this.#free -= next.bytes;
      next.grant();
    }
  }
}
