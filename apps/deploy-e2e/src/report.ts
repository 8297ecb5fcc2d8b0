import { failureOf, say } from '@login-pipeline/command';

/** What was tried, and how it went, one line each as it happens. */
export class Report {
  #passed = 0;
  readonly #failed: string[] = [];
  readonly #skipped: string[] = [];

  /**
   * Tries one thing; what it throws is its failure.
   *
   * @param what a sentence that holds when it goes well
   * @param attempt returns a detail to show, or nothing
   * @returns whether it went well
   */
  async check(what: string, attempt: () => Promise<unknown>): Promise<boolean> {
    const start = performance.now();
    try {
      const detail = await attempt();
      this.#passed += 1;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      say(`PASSED ${what} (${typeof detail === 'string' ? `${detail}, ` : ''}${seconds} s)`);
      return true;
    } catch (error) {
      this.#failed.push(what);
      say(`FAILED ${what}: ${failureOf(error)?.message ?? textOf(error)}`);
      return false;
    }
  }

  /** Says what could not be tried here, and why. */
  skip(what: string, why: string): void {
    this.#skipped.push(what);
    say(`SKIPPED ${what}: ${why}`);
  }

  /** Prints the sums. @returns the exit code */
  end(): number {
    for (const what of this.#failed) say(`FAILED: ${what}`);
    say(`${this.#passed} passed, ${this.#failed.length} failed, ${this.#skipped.length} skipped`);
    return this.#failed.length === 0 ? 0 : 1;
  }
}

/** What a check itself throws is for those who read it. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}
