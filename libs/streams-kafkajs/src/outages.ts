import type { OnReachable } from '@login-pipeline/streams';

/** Tells of addresses when they cannot be connected to, once, and when they can be again. */
export class Outages {
  readonly #onReachable: OnReachable;
  readonly #unreached = new Set<string>();
  /** When an attempt last succeeded, by address, ms on the monotonic clock. */
  readonly #lastReachedMs = new Map<string, number>();

  constructor(onReachable: OnReachable) {
    this.#onReachable = onReachable;
  }

  /** An attempt begins. @returns to be called at its end, with why it failed, or undefined */
  attempt(address: string): (reason: string | undefined) => void {
    const begunMs = performance.now();
    return (reason) => {
      if (reason === undefined) this.#reached(address);
      else this.#failed(address, begunMs, reason);
    };
  }

  #reached(address: string): void {
    this.#lastReachedMs.set(address, performance.now());
    if (this.#unreached.delete(address)) this.#onReachable(address, undefined);
  }

  #failed(address: string, begunMs: number, reason: string): void {
    // One that began before another succeeded says nothing new.
    const isOld = begunMs < (this.#lastReachedMs.get(address) ?? -Infinity);
    if (isOld || this.#unreached.has(address)) return;
    this.#unreached.add(address);
    this.#onReachable(address, reason);
  }
}
