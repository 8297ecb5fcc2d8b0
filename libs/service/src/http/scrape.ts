/** Shorter than any scraper's interval; long enough that many scrapers cost as much as one. */
const FRESH_MS = 250;

/** A text that is made at most four times a second, however often it is asked for. */
export class ScrapeText {
  readonly #make: () => Promise<string>;
  readonly #now: () => number;
  #text: Promise<string> | undefined;
  #madeAtMs = -Infinity;

  /** @param now a monotonic clock, ms */
  constructor(make: () => Promise<string>, now: () => number = () => performance.now()) {
    this.#make = make;
    this.#now = now;
  }

  /** @returns the text, at most 250 ms old when it was asked for */
  get(): Promise<string> {
    const nowMs = this.#now();
    if (this.#text === undefined || nowMs - this.#madeAtMs >= FRESH_MS) {
      this.#madeAtMs = nowMs;
      this.#text = this.#make();
    }
    return this.#text;
  }
}
