import { NOTHING } from './live.ts';
import type { Live } from './live.ts';

/** What a tab sends the hub every few seconds, and when it changes; `gone` holds until it says something else. */
export type Word = 'visible' | 'hidden' | 'gone';

/** The hub's end of the channel to a tab. */
export interface Tab {
  postMessage(part: Partial<Live>): void;
}

/**
 * Follows the server until the signal is aborted.
 *
 * @param change takes what is new, at least once a second
 * @param isSeen whether a tab is visible; what is only drawn needs to be asked for then alone
 */
export type Follow = (
  change: (part: Partial<Live>) => void,
  isSeen: () => boolean,
  signal: AbortSignal,
) => void;

/**
 * A tab in the background may say something once a minute only. One that says nothing for longer is frozen or has
 * crashed: what is posted to it would pile up.
 */
export const FORGOTTEN_AFTER_MS = 150_000;

interface Heard {
  readonly word: Word;
  readonly atMs: number;
}

/**
 * Follows the server once for any number of tabs, while there is one: a browser opens six connections to a server that
 * speaks HTTP/1.1, and a stream keeps one of them.
 */
export class LiveHub {
  readonly #follow: Follow;
  readonly #tabs = new Map<Tab, Heard>();
  #live = NOTHING;
  #following: AbortController | undefined;

  constructor(follow: Follow) {
    this.#follow = follow;
  }

  /** A tab that is new, or that was forgotten, gets all there is; then what changes. */
  hear(tab: Tab, word: Word): void {
    if (word === 'gone') {
      this.#forget(tab);
      return;
    }
    const isNew = !this.#tabs.has(tab);
    this.#tabs.set(tab, { word, atMs: Date.now() });
    if (this.#following === undefined) this.#start();
    if (isNew) tab.postMessage(this.#live);
  }

  #start(): void {
    const following = new AbortController();
    this.#following = following;
    this.#follow(
      (part) => {
        if (!following.signal.aborted) this.#send(part);
      },
      () => [...this.#tabs.values()].some(({ word }) => word === 'visible'),
      following.signal,
    );
  }

  #send(part: Partial<Live>): void {
    this.#live = { ...this.#live, ...part };
    const since = Date.now() - FORGOTTEN_AFTER_MS;
    for (const [tab, { atMs }] of this.#tabs) {
      if (atMs < since) this.#forget(tab);
      else tab.postMessage(part);
    }
  }

  #forget(tab: Tab): void {
    this.#tabs.delete(tab);
    if (this.#tabs.size > 0) return;
    this.#following?.abort();
    this.#following = undefined;
    // What it knew stays; how long ago that was, and the rates of each second, do not.
    const { connection, rates } = NOTHING;
    this.#live = { ...this.#live, connection, rates };
  }
}
