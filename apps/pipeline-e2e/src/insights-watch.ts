import { setTimeout as sleep } from 'node:timers/promises';
import type { InsightsAnswer } from './insights-answer.ts';
import { consumed, insightsText, reaches } from './insights-answer.ts';
import type { LoginWriter } from './login-writer.ts';
import type { Mishap } from './replicas.ts';
import type { Service } from './service.ts';

const PAUSE_MS = 150;
/**
 * `complete` speaks of the ends of one look before the last; a replica looks every 5 s. The rest is
 * for a slow machine.
 */
const COMPLETE_LAG_MS = 15_000;
/** Answers remembered by what they contain, to be compared with those of others. */
const REMEMBERED = 2_000;

/** From a mishap on: until every replica contains what was in the topic then. */
interface Recovering {
  readonly mishap: Mishap;
  readonly sinceMs: number;
  readonly ends: readonly number[];
}

/** How long it took from a mishap until every replica was complete again. */
export interface Recovery {
  readonly mishap: Mishap;
  readonly ms: number;
}

/**
 * Asks every replica for its insights, all the time, and holds them against each other and against
 * what was written.
 */
export class InsightsWatch {
  /** What was wrong, in words; empty when all is well. */
  readonly faults: string[] = [];
  readonly recoveries: Recovery[] = [];
  /** Answers that were looked at. */
  answers = 0;
  readonly #writer: LoginWriter;
  readonly #replicas: () => readonly Service[];
  readonly #newest = new Map<Service, InsightsAnswer>();
  readonly #bodies = new Map<string, string>();
  readonly #trustedFrom = new Map<Service, number>();
  readonly #watching: Promise<void>;
  #recovering: Recovering[] = [];
  #stopped = false;

  /** @param replicas those that run now */
  constructor(writer: LoginWriter, replicas: () => readonly Service[]) {
    this.#writer = writer;
    this.#replicas = replicas;
    this.#watching = this.#watch();
  }

  /**
   * Measures from now on, when it is about to happen, how long it takes until all replicas contain
   * what is there now.
   */
  expects(mishap: Mishap, ends: readonly number[]): void {
    this.#recovering.push({ mishap, sinceMs: performance.now(), ends });
  }

  /** A replica was frozen until now: what it calls complete is what it last saw, until it looks again. */
  thawed(replica: Service): void {
    this.#trustedFrom.set(replica, performance.now() + COMPLETE_LAG_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      await this.#askAll();
      await sleep(PAUSE_MS);
    }
    await this.#askAll();
  }

  async #askAll(): Promise<void> {
    await Promise.all(this.#replicas().map((replica) => this.#ask(replica)));
    this.#noteRecoveries();
  }

  async #ask(replica: Service): Promise<void> {
    const askedMs = performance.now();
    let text: string;
    try {
      text = await insightsText(replica);
    } catch {
      return; // It is starting, frozen or dead.
    }
    const answer = JSON.parse(text) as InsightsAnswer;
    this.answers += 1;
    for (const fault of this.#faultsOf(replica, answer, askedMs)) {
      this.faults.push(`${fault}: ${text}`);
    }
    this.#newest.set(replica, answer);
  }

  *#faultsOf(replica: Service, answer: InsightsAnswer, askedMs: number): Generator<string> {
    const before = this.#newest.get(replica);
    for (const [partition, offset] of Object.entries(before?.asOf.partitions ?? {})) {
      if (Number(answer.asOf.partitions[partition] ?? -1) < Number(offset)) {
        yield `partition ${partition} went back from ${offset}`;
      }
    }
    if (consumed(answer) > this.#writer.sent) yield `more than the ${this.#writer.sent} written`;
    for (const values of [answer.deviceTypes, answer.appVersions, answer.locales]) {
      const sum = Object.values(values).reduce((total, count) => total + count, 0);
      if (sum !== answer.total) yield `${sum} values of ${answer.total} logins`;
    }
    const written = this.#writer.committedAt(askedMs - COMPLETE_LAG_MS);
    const trusted = askedMs > (this.#trustedFrom.get(replica) ?? -Infinity);
    if (trusted && answer.complete && consumed(answer) < written) {
      yield `complete, but less than the ${written} written a while ago`;
    }
    yield* this.#differences(answer);
  }

  /** Two answers about the same records say the same; how complete they are is each replica's own view. */
  *#differences(answer: InsightsAnswer): Generator<string> {
    const key = JSON.stringify(answer.asOf.partitions);
    const body = JSON.stringify({ ...answer, complete: undefined });
    const other = this.#bodies.get(key);
    if (other !== undefined && other !== body) yield `differs from ${other}`;
    if (this.#bodies.size >= REMEMBERED) this.#bodies.clear();
    this.#bodies.set(key, body);
  }

  #noteRecoveries(): void {
    const answers = this.#replicas().map((replica) => this.#newest.get(replica));
    this.#recovering = this.#recovering.filter(({ mishap, sinceMs, ends }) => {
      const recovered = answers.every(
        (answer) => answer !== undefined && answer.complete && reaches(answer, ends),
      );
      if (recovered) this.recoveries.push({ mishap, ms: performance.now() - sinceMs });
      return !recovered;
    });
  }
}
