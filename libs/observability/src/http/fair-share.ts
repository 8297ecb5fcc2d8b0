/** A request on its way to its answer. */
export interface Entrant {
  /** Whose turn it takes. */
  readonly client: string;
  /** Probes and scrapes: never refused, and soon let in. */
  readonly urgent: boolean;
  readonly enter: () => void;
  /** @param own whether its client is one of those who asked most */
  readonly refuse: (own: boolean) => void;
}

interface Waiting extends Entrant {
  readonly sinceMs: number;
}

type Line = Waiting[];

/** Measures the event loop. */
export interface LoopMeter {
  /** A monotonic clock, ms. */
  now(): number;
  /** @returns ms since the process started in which the event loop was busy */
  busyMs(): number;
}

/** What a request costs the event loop at least, ms: to be parsed, routed and answered from memory. */
export const REQUEST_MS = 0.1;
/** Share of the event loop that requests have in any case; consuming keeps the rest. */
const LEAST_SHARE = 0.07;
/** Of what else goes on leaves, requests may have so much. */
const SHARE_OF_IDLE = 0.5;
/** Requests that come at once after a pause need not wait, ms. */
const BURST_MS = 25;
const SAMPLE_MS = 100;
const TURN_MS = 5;
const LONGEST_WAIT_MS = 2000;
const LONGEST_URGENT_WAIT_MS = 100;
/** In which time most of what a client has had is forgotten. */
const MEMORY_MS = 1000;
/** Requests that wait in all. */
const MAX_WAITING = 4096;

/**
 * Shares the event loop between requests and the work of the service, and what requests have of it between clients.
 * Requests that would take more wait for their turn; it is that of the client who has had least of late. One that has
 * waited for two seconds is refused.
 */
export class FairShare {
  readonly #meter: LoopMeter;
  /** Waiting requests, the oldest first: a line for each client, and one for its urgent requests. */
  readonly #lines = new Map<string, Line>();
  /** Ms that the requests of each line have had, fading. */
  readonly #used = new Map<string, number>();
  #waiting = 0;
  #creditMs = BURST_MS;
  #share = SHARE_OF_IDLE;
  #creditedAtMs: number;
  #sample: { readonly atMs: number; readonly busyMs: number };
  #spentMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(meter: LoopMeter = LOOP) {
    this.#meter = meter;
    this.#creditedAtMs = meter.now();
    this.#sample = { atMs: this.#creditedAtMs, busyMs: meter.busyMs() };
  }

  /** Lets a request in now, later or never. */
  request(entrant: Entrant): void {
    this.#credit();
    if (this.#waiting === 0 && this.#creditMs > 0) {
      this.#enter(entrant);
      return;
    }
    if (this.#waiting >= MAX_WAITING && !entrant.urgent) {
      entrant.refuse(false);
      return;
    }
    const name = lineOf(entrant);
    const line = this.#lines.get(name) ?? [];
    this.#lines.set(name, line);
    line.push({ ...entrant, sinceMs: this.#meter.now() });
    this.#waiting += 1;
    this.#timer ??= setInterval(() => {
      this.turn();
    }, TURN_MS);
  }

  /** Charges a client for more than {@link REQUEST_MS}. */
  charge(client: string, ms: number): void {
    this.#creditMs -= ms;
    this.#spentMs += ms;
    this.#used.set(client, (this.#used.get(client) ?? 0) + ms);
  }

  /** Lets in those whose turn it is. The timer calls it while requests wait. */
  turn(): void {
    this.#credit();
    this.#endWaits();
    while (this.#creditMs > 0) {
      const next = this.#next();
      if (next === undefined) break;
      this.#enter(next);
    }
    if (this.#waiting > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #enter(entrant: Entrant): void {
    this.charge(lineOf(entrant), REQUEST_MS);
    entrant.enter();
  }

  #next(): Waiting | undefined {
    let least = Infinity;
    let chosen: string | undefined;
    for (const name of this.#lines.keys()) {
      const used = this.#used.get(name) ?? 0;
      if (used >= least) continue;
      least = used;
      chosen = name;
    }
    return chosen === undefined ? undefined : this.#take(chosen);
  }

  #take(name: string): Waiting | undefined {
    const line = this.#lines.get(name);
    const first = line?.shift();
    if (line?.length === 0) this.#lines.delete(name);
    if (first !== undefined) this.#waiting -= 1;
    return first;
  }

  #endWaits(): void {
    const nowMs = this.#meter.now();
    for (const [name, line] of this.#lines) {
      while (line[0] !== undefined && nowMs - line[0].sinceMs > longestWait(line[0])) {
        const first = this.#take(name);
        if (first?.urgent === true) this.#enter(first);
        else first?.refuse(this.#isGreedy(name));
      }
    }
  }

  /** @returns whether no other line has had more than twice as much */
  #isGreedy(name: string): boolean {
    const twice = 2 * (this.#used.get(name) ?? 0);
    return [...this.#used.values()].every((used) => used <= twice);
  }

  #credit(): void {
    const nowMs = this.#meter.now();
    const earnedMs = (nowMs - this.#creditedAtMs) * this.#share;
    this.#creditMs = Math.min(BURST_MS, this.#creditMs + earnedMs);
    this.#creditedAtMs = nowMs;
    const elapsedMs = nowMs - this.#sample.atMs;
    if (elapsedMs >= SAMPLE_MS) this.#resample(nowMs, elapsedMs);
  }

  #resample(nowMs: number, elapsedMs: number): void {
    const busyMs = this.#meter.busyMs();
    const others = Math.max(0, busyMs - this.#sample.busyMs - this.#spentMs) / elapsedMs;
    this.#share = Math.max(LEAST_SHARE, SHARE_OF_IDLE * (1 - others));
    this.#sample = { atMs: nowMs, busyMs };
    this.#spentMs = 0;
    const kept = Math.exp(-elapsedMs / MEMORY_MS);
    for (const [client, ms] of this.#used) {
      if (ms * kept < REQUEST_MS) this.#used.delete(client);
      else this.#used.set(client, ms * kept);
    }
  }
}

function lineOf({ client, urgent }: Entrant): string {
  return urgent ? `urgent ${client}` : client;
}

function longestWait({ urgent }: Entrant): number {
  return urgent ? LONGEST_URGENT_WAIT_MS : LONGEST_WAIT_MS;
}

const LOOP: LoopMeter = {
  now: () => performance.now(),
  busyMs: () => performance.eventLoopUtilization().active,
};
