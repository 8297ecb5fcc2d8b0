import { setTimeout as pause } from 'node:timers/promises';
import type { Metrics } from '@login-pipeline/observability';
import { LoginStream } from './login-stream.ts';
import type { GeneratedRecord } from './login-stream.ts';
import { timeline } from './timeline.ts';
import { writeTruthFile } from './truth-file.ts';
import { Truth } from './truth.ts';
import { GENERATOR_METRICS } from './metrics.ts';
import type { GeneratorSettings } from './settings.ts';

/** What the load, its pace and its truth depend on. */
export type LoadSettings = Pick<
  GeneratorSettings,
  'rate' | 'count' | 'seed' | 'badRatio' | 'truthFile' | 'producer'
>;

/** Resolves when the broker has the records; rejects when that is not known. */
export type Send = (records: readonly GeneratedRecord[]) => Promise<void>;

/** Records that the broker acknowledged. */
export interface Generated {
  readonly good: number;
  readonly bad: number;
}

const TRUTH_INTERVAL_MS = 1000;
/** Below the longest delay of a timer (2^31 ms), for rates of a login a month. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Sends the seeded logins on schedule, one batch at a time so that their order stays, and keeps
 * count of the acknowledged.
 */
export class LoginGenerator {
  readonly #settings: LoadSettings;
  readonly #send: Send;
  readonly #metrics: Metrics;
  readonly #truth: Truth;
  readonly #stopping = new AbortController();
  #good = 0;
  #bad = 0;
  #truthWrittenAt = 0;

  constructor(settings: LoadSettings, send: Send, metrics: Metrics) {
    this.#settings = settings;
    this.#send = send;
    this.#metrics = metrics;
    this.#truth = new Truth(settings.seed);
  }

  /**
   * Runs until COUNT records are acknowledged or `stop()` is called, and leaves the final truth behind.
   *
   * @throws what `send` rejects with; the truth file then stays unfinished, at the acknowledged records
   */
  async run(): Promise<Generated> {
    const { count, seed, badRatio, producer } = this.#settings;
    const { dueAt, dueBy, eventTime } = timeline(this.#settings, Date.now());
    const stream = new LoginStream({ seed, badRatio, eventTime });
    await this.#writeTruth(false);
    const start = performance.now();
    let taken = 0;
    while (!this.#stopping.signal.aborted && (count === 0 || taken < count)) {
      const lingered = dueAt(taken) + producer.lingerMs;
      const full = dueAt(taken + producer.batchMaxRecords - 1);
      await this.#pauseUntil(start + Math.min(lingered, full));
      const due = dueBy(performance.now() - start) - taken;
      const size = Math.min(due, producer.batchMaxRecords);
      if (size <= 0) continue;
      const records = stream.take(size);
      taken += size;
      await this.#send(records);
      await this.#acknowledged(records);
    }
    await this.#writeTruth(true);
    return { good: this.#good, bad: this.#bad };
  }

  /** Sends what is due, and no more. */
  stop(): void {
    this.#stopping.abort();
  }

  async #pauseUntil(time: number): Promise<void> {
    const ms = Math.min(time - performance.now(), LONGEST_PAUSE_MS);
    if (ms <= 0) return;
    // The only rejection is the stop's.
    await pause(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  async #acknowledged(records: readonly GeneratedRecord[]): Promise<void> {
    const bad = records.filter(({ reason }) => reason !== undefined).length;
    const good = records.length - bad;
    this.#good += good;
    this.#bad += bad;
    this.#metrics.increment(GENERATOR_METRICS.generated_records_total, { kind: 'good' }, good);
    this.#metrics.increment(GENERATOR_METRICS.generated_records_total, { kind: 'bad' }, bad);
    if (this.#settings.truthFile === undefined) return;
    this.#truth.add(records);
    if (performance.now() - this.#truthWrittenAt >= TRUTH_INTERVAL_MS) {
      await this.#writeTruth(false);
    }
  }

  async #writeTruth(finished: boolean): Promise<void> {
    const { truthFile } = this.#settings;
    if (truthFile === undefined) return;
    await writeTruthFile(truthFile, this.#truth.report(finished));
    this.#truthWrittenAt = performance.now();
  }
}
