import { throwUnlessRetriable } from '../cluster/protocol-error.ts';
import type { Clock } from '../ports.ts';
import { Alarm } from '../timing/alarm.ts';
import { hasOpenEnds } from '../transactions/open-ends.ts';
import { settleDeadInstances } from '../transactions/settle-dead-instances.ts';
import type { SettleOptions, Unfinished } from '../transactions/settle-dead-instances.ts';

export interface DeadInstanceSettlerOptions extends Omit<SettleOptions, 'unfinished'> {
  readonly clock: Clock;
}

/**
 * How often the targets are looked at in a row when a generation has begun, each a second long: in
 * that time a group settles.
 */
const CLOSE_LOOKS = 10;
/** A partition that had no leader shows what was left open in it only when it has one again. */
const PAUSE_MS = 10_000;
const RETRY_PAUSE_MS = 1_000;
/** What stays open whatever is done is of another program, or for an operator. */
const LONGEST_PAUSE_MS = 300_000;
/** Of instances that live, nothing is suspected from here. */
const LAST_ATTEMPT = 1;

/** Ends what dead instances left behind, once for all partitions that find it. */
export class DeadInstanceSettler {
  readonly #options: DeadInstanceSettlerOptions;
  readonly #alarm: Alarm;
  readonly #unfinished = new Map<string, Unfinished>();
  #settling: Promise<number> | undefined;
  #isClosed = false;
  #closeLooks = 0;
  #attempt = 0;
  #pauseMs = PAUSE_MS;

  constructor(options: DeadInstanceSettlerOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
  }

  /** Looks for open ends until it is closed: readers of what an instance wrote must not wait for its end for ever. */
  async run(): Promise<void> {
    for (;;) {
      await this.#alarm.sleep(this.#closeLooks > 0 ? 0 : this.#pauseMs);
      if (this.#isClosed) return;
      try {
        await this.#look();
      } catch (error) {
        throwUnlessRetriable(error);
        await this.#alarm.sleep(RETRY_PAUSE_MS);
      }
    }
  }

  /** A generation has begun, maybe because an instance died. */
  lookClosely(): void {
    this.#closeLooks = CLOSE_LOOKS;
    this.#attempt = 0;
    this.#alarm.ring();
  }

  /** @param attempt how often it was tried before. @returns how many transactions were ended */
  async settle(attempt: number): Promise<number> {
    const options = { ...this.#options, unfinished: this.#unfinished };
    this.#settling ??= settleDeadInstances(options, attempt).finally(() => {
      this.#settling = undefined;
    });
    try {
      return await this.#settling;
    } catch (error) {
      throwUnlessRetriable(error);
      return 0;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm.ring();
  }

  async #look(): Promise<void> {
    const { cluster, targets } = this.#options;
    this.#closeLooks -= 1;
    if (!(await hasOpenEnds(cluster, targets))) {
      this.#closeLooks = this.#attempt = 0;
      this.#pauseMs = PAUSE_MS;
      return;
    }
    // None, as long as the generation is not settled, or another instance settles.
    if ((await this.settle(this.#attempt)) === 0) return;
    if (this.#attempt < LAST_ATTEMPT) {
      this.#attempt += 1;
      return;
    }
    this.#closeLooks = 0;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
