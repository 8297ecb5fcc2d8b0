import type { ConsumedRecords } from '@login-pipeline/streams';
import { FUTURE_TOLERANCE_MS, isBelieved } from '@login-pipeline/streams';
import type { Logger, Metrics } from '@login-pipeline/observability';
import { CONSUMER_METRICS } from './metrics.ts';

/**
 * So many records in a row are ahead of the clock of this process before it is said to be behind:
 * hardly all of one sender.
 */
const SUSPICIOUS_RECORDS = 100;

/** What the timestamps of a topic's records say of how long these were on their way, and of the clock of this host. */
export class Latency {
  readonly #metrics: Pick<Metrics, 'observe'>;
  readonly #logger: Pick<Logger, 'warn'>;
  /** The last records that were ahead of the clock of this process, as far as they are looked at. */
  #ahead = 0;
  #isTold = false;

  constructor({
    metrics,
    logger,
  }: {
    readonly metrics: Pick<Metrics, 'observe'>;
    readonly logger: Pick<Logger, 'warn'>;
  }) {
    this.#metrics = metrics;
    this.#logger = logger;
  }

  /**
   * Notes how long the last record of a batch, now done with, was on its way since its own
   * timestamp; nothing where that is none to be believed. Once per process it warns of a clock that
   * seems to be behind.
   */
  observe(records: ConsumedRecords, now = Date.now()): void {
    const time = Number(records.at(-1)?.timestamp);
    if (isBelieved(time, now)) {
      // Clocks of other machines may be ahead of this one.
      const seconds = Math.max(0, (now - time) / 1_000);
      this.#metrics.observe(CONSUMER_METRICS.end_to_end_latency_seconds, {}, seconds);
    }
    if (!this.#isTold) this.#suspect(records, now);
  }

  #suspect(records: ConsumedRecords, now: number): void {
    const most = Math.min(records.length, SUSPICIOUS_RECORDS);
    let ahead = 0;
    let leastMs = Infinity;
    for (; ahead < most; ahead += 1) {
      const aheadMs = Number(records.at(-1 - ahead)?.timestamp) - now;
      if (!(aheadMs > FUTURE_TOLERANCE_MS)) break;
      leastMs = Math.min(leastMs, aheadMs);
    }
    this.#ahead = ahead === most ? this.#ahead + ahead : ahead;
    if (this.#ahead < SUSPICIOUS_RECORDS) return;
    this.#isTold = true;
    const seconds = Math.round(leastMs / 1_000);
    this.#logger.warn(
      { aheadSeconds: seconds },
      `The last records have timestamps at least ${seconds} s after this host's clock, which is probably behind: look at ` +
        'its NTP, or else at what stamps the records. Records of such a future are no latest records, and a fold may leave them out',
    );
  }
}
