import { passing } from '../cluster/protocol-error.ts';
import { hasOpenEnds } from '../transactions/open-ends.ts';
import { settleDead } from '../transactions/settle-dead.ts';
import type { SettleOptions, Unfinished } from '../transactions/settle-dead.ts';

/** How often the targets are looked at for what the dead left open, each a second long: in that time a group settles. */
const OPEN_LOOKS = 10;
const OPEN_PAUSE_MS = 1_000;

/** Ends what dead instances left behind, once for all partitions that find it. */
export class DeadSettler {
  readonly #options: Omit<SettleOptions, 'unfinished'>;
  readonly #unfinished = new Map<string, Unfinished>();
  #settling: Promise<number> | undefined;
  #isClosed = false;

  constructor(options: Omit<SettleOptions, 'unfinished'>) {
    this.#options = options;
  }

  /** A generation may begin because an instance died: readers of what it wrote must not wait for its end for ever. */
  async closeOpenEnds(): Promise<void> {
    const { cluster, targets } = this.#options;
    let attempt = 0;
    for (let look = 0; look < OPEN_LOOKS && attempt < 2 && !this.#isClosed; look += 1) {
      try {
        if (!(await hasOpenEnds(cluster, targets))) return;
        // None, as long as the generation is not settled, or another instance settles.
        if ((await this.settle(attempt)) > 0) attempt += 1;
      } catch (error) {
        passing(error);
        await cluster.pause(OPEN_PAUSE_MS);
      }
    }
  }

  /** @param attempt how often it was tried before. @returns how many transactions were ended */
  async settle(attempt: number): Promise<number> {
    const options = { ...this.#options, unfinished: this.#unfinished };
    this.#settling ??= settleDead(options, attempt).finally(() => {
      this.#settling = undefined;
    });
    try {
      return await this.#settling;
    } catch (error) {
      passing(error);
      return 0;
    }
  }

  close(): void {
    this.#isClosed = true;
  }
}
