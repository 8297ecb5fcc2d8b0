import process from 'node:process';

/** Something that happens at a time, unless it is cancelled before. */
export class Timer {
  readonly at: number;
  readonly sequence: number;
  /** Undefined once it has run, or was cancelled. */
  run: (() => void) | undefined;

  constructor(at: number, sequence: number, run: () => void) {
    this.at = at;
    this.sequence = sequence;
    this.run = run;
  }

  cancel(): void {
    this.run = undefined;
  }
}

/** How many events may happen at one time: more of them come from a loop that never waits. */
const EVENTS_AT_ONCE = 100_000;

/** How many events run before Node gets its turn, where callers await virtual time. */
const EVENTS_PER_TURN = 512;

/**
 * Node runs all microtasks with this, and returns when there are none left: a fifth of what a turn of its event loop
 * takes. It does nothing while microtasks run, so that events have to run outside of them.
 */
const drain = Reflect.get(process, '_tickCallback') as () => void;

/**
 * Virtual time: events in the order of their time, and of their scheduling where that is the same.
 * All that promises have to do is done before the next event. Code on it must wait for nothing but
 * what events settle: no timers of Node, no I/O.
 */
export class Scheduler {
  readonly #heap: Timer[] = [];
  #now = 0;
  #sequence = 0;
  #atOnce = 0;
  #isAwake = false;
  #isPumping = false;
  #isRunning = false;

  /** Milliseconds since the beginning, with fractions. */
  now(): number {
    return this.#now;
  }

  /** How many events wait. */
  get length(): number {
    return this.#heap.length;
  }

  /** Events so far. */
  get sequence(): number {
    return this.#sequence;
  }

  schedule(delay: number, run: () => void): Timer {
    return this.scheduleAt(this.#now + delay, run);
  }

  /** @param at what is past happens now */
  scheduleAt(at: number, run: () => void): Timer {
    const timer = new Timer(at > this.#now ? at : this.#now, this.#sequence, run);
    this.#sequence += 1;
    this.#push(timer);
    return timer;
  }

  /** Tells that promises have been settled: their reactions run before the next event. */
  wake(): void {
    this.#isAwake = true;
  }

  /** Runs the next event, and no microtask. @returns false when there is none up to a time */
  step(until = Infinity): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > until) return false;
      this.#pop();
      const { run } = next;
      if (run === undefined) continue;
      next.run = undefined;
      if (next.at > this.#now) this.#atOnce = 0;
      else this.#atOnce += 1;
      if (this.#atOnce > EVENTS_AT_ONCE) throw new Error('Virtual time stands still');
      this.#now = next.at;
      run();
      return true;
    }
  }

  /** Runs all events up to a time, or until something is done. @param isDone asked after each event */
  run(until: number, isDone?: () => boolean): Promise<void> {
    if (this.#isRunning) throw new Error('Virtual time runs already');
    this.#isRunning = true;
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          drain();
          while (isDone?.() !== true) {
            if (!this.step(until)) {
              if (until > this.#now && until !== Infinity) this.#now = until;
              break;
            }
            this.#settle();
          }
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        } finally {
          this.#isRunning = false;
        }
      });
    });
  }

  /** Runs events as long as there is something to wait for, with turns for Node: for callers that just await. */
  pump(isWaiting: () => boolean): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    const turn = (): void => {
      for (let left = EVENTS_PER_TURN; left > 0; left -= 1) {
        if (this.#isRunning || !isWaiting() || !this.step()) {
          this.#isPumping = false;
          return;
        }
        this.#settle();
      }
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  #settle(): void {
    if (!this.#isAwake) return;
    this.#isAwake = false;
    drain();
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(timer, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    const { length } = heap;
    if (length === 0 || last === undefined) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      if (below === undefined) break;
      const other = heap[child + 1];
      if (other !== undefined && isBefore(other, below)) {
        child += 1;
        below = other;
      }
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
}
