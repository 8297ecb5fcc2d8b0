/** A request on its way to its answer. */
export interface Entrant {
  /** Whose turn it takes. */
  readonly client: string;
  /** Probes and scrapes: soon let in, unless their client sends many. */
  readonly urgent: boolean;
  /** @returns whether its client has left; then it is dropped */
  readonly isGone: () => boolean;
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
/** Whatever was spent, the least share earns it back before a request has waited for too long. */
const LEAST_CREDIT_MS = -LONGEST_WAIT_MS * LEAST_SHARE;
/** A client whose urgent requests have had more of late is no prober: 200 a second. */
const MOST_URGENT_MS = 20;
/** What an answer takes is known when it is made: before more are let in. */
const MOST_AT_ONCE = 4;
/**
 * Requests of one client that wait: what its connections hold. Whose requests wait asks no more,
 * unlike one refused.
 */
const MOST_IN_LINE = 512;
/** Requests that wait in all; there are more connections, for those who hold some without asking. */
const MAX_WAITING = 1024;

/**
 * Shares the event loop between requests and the work of the service, and what requests have of it between clients.
 * Requests that would take more wait for their turn; it is that of the client who has had least of late. One that has
 * waited for two seconds is refused; so is the last one of the longest line when too many wait.
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
  #isTurnDue = false;

  constructor(meter: LoopMeter = LOOP) {
    this.#meter = meter;
    this.#creditedAtMs = meter.now();
    this.#sample = { atMs: this.#creditedAtMs, busyMs: meter.busyMs() };
  }

  /** Lets a request in now, later or never. */
  request(entrant: Entrant): void {
    this.#credit();
    const waiting: Waiting = {
      ...entrant,
      urgent: entrant.urgent && this.#asksSeldom(entrant),
      sinceMs: this.#meter.now(),
    };
    if (this.#waiting === 0 && this.#creditMs > 0) this.#enter(waiting);
    else this.#wait(waiting);
  }

  /** Charges a client for more than {@link REQUEST_MS}. */
  charge(client: string, ms: number): void {
    this.#creditMs = Math.max(LEAST_CREDIT_MS, this.#creditMs - ms);
    this.#spentMs += ms;
    this.#used.set(client, (this.#used.get(client) ?? 0) + ms);
  }

  #wait(entrant: Waiting): void {
    const name = lineOf(entrant);
    const line = this.#lines.get(name) ?? [];
    if (line.length >= MOST_IN_LINE && !entrant.urgent) {
      entrant.refuse(true);
      return;
    }
    this.#lines.set(name, line);
    line.push(entrant);
    this.#waiting += 1;
    if (this.#waiting > MAX_WAITING) this.#refuseOne();
    this.#planTurn();
  }

  #planTurn(): void {
    if (this.#isTurnDue || this.#waiting === 0) return;
    this.#isTurnDue = true;
    const turn = (): void => {
      this.#isTurnDue = false;
      this.#turn();
      this.#planTurn();
    };
    if (this.#creditMs > 0) setImmediate(turn);
    else setTimeout(turn, TURN_MS);
  }

  /** Lets in some of those whose turn it is. */
  #turn(): void {
    this.#credit();
    this.#endWaits();
    let entered = 0;
    while (entered < MOST_AT_ONCE && this.#creditMs > 0) {
      const next = this.#next();
      if (next === undefined) break;
      if (next.isGone()) continue;
      this.#enter(next);
      entered += 1;
    }
  }

  #enter(entrant: Entrant): void {
    this.charge(lineOf(entrant), REQUEST_MS);
    entrant.enter();
  }

  #asksSeldom(entrant: Entrant): boolean {
    const name = lineOf(entrant);
    const waiting = this.#lines.get(name)?.length ?? 0;
    return (this.#used.get(name) ?? 0) + waiting * REQUEST_MS <= MOST_URGENT_MS;
  }

  /** Refuses the last of the longest line; among equal ones that of the newest. */
  #refuseOne(): void {
    let longest: Line = [];
    let chosen = '';
    for (const [name, line] of this.#lines) {
      if (line.length < longest.length) continue;
      longest = line;
      chosen = name;
    }
    const last = longest.pop();
    this.#waiting -= 1;
    if (longest.length === 0) this.#lines.delete(chosen);
    last?.refuse(longest.length > 0);
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
        if (first === undefined || first.isGone()) continue;
        if (first.urgent) this.#enter(first);
        else first.refuse(this.#isGreedy(name));
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
