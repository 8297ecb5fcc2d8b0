import type { Clock, Ports, Wire } from '../../ports.ts';
import type { Network } from './network.ts';
import type { Scheduler } from './scheduler.ts';
import { simulatedEncoder } from './simulated-batch.ts';

/** When virtual time begins: epoch milliseconds. */
export const EPOCH_MS = 1_750_000_000_000;

/** A process with ports of its own, which may die, or stand still for a while. */
export class SimulatedProcess implements Ports {
  readonly name: string;
  readonly index: number;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly encoder = simulatedEncoder;
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  #isAlive = true;
  #isFrozen = false;
  /** What came while the process was frozen. */
  #backlog: (() => void)[] = [];
  #isCatchingUp = false;

  constructor(name: string, index: number, scheduler: Scheduler, network: Network) {
    this.name = name;
    this.index = index;
    this.#scheduler = scheduler;
    this.#network = network;
    this.wire = {
      send: (to, api, request, options = {}) => network.send(this, to, api, request, options),
      connection: (to, channel) => network.connectionOf(this, to, channel),
      close: () => {
        if (this.#isAlive) network.closeAll(this, 'the wire was closed');
        return Promise.resolve();
      },
    };
    this.clock = {
      now: () => EPOCH_MS + Math.floor(scheduler.now()),
      sleep: (milliseconds, signal) => this.#sleep(milliseconds, signal),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** Ends the process where it stands: none of its promises settles any more. What it has sent may still arrive. */
  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#backlog = [];
    this.#network.closeAll(this, 'the process is dead');
  }

  /** The process stands still, as in a long garbage collection: time passes, and what comes waits. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** The process goes on: what came meanwhile comes at once, in order. */
  thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    if (!this.#isCatchingUp) this.#catchUp();
  }

  /** Runs something in the process: at once, or when it is no longer frozen; never when it is dead. */
  receive(run: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isFrozen || this.#backlog.length > 0) {
      this.#backlog.push(run);
      return;
    }
    run();
    this.#scheduler.wake();
  }

  #catchUp(): void {
    if (this.#backlog.length === 0) return;
    this.#isCatchingUp = true;
    // One after the other, each with what promises make of it.
    this.#scheduler.schedule(0, () => {
      this.#isCatchingUp = false;
      if (this.#isFrozen || !this.#isAlive) return;
      this.#backlog.shift()?.();
      this.#scheduler.wake();
      this.#catchUp();
    });
  }

  #sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isAlive) return new Promise(() => undefined);
    if (signal === undefined) {
      return new Promise((resolve) => {
        this.#scheduler.schedule(milliseconds, () => {
          this.receive(resolve);
        });
      });
    }
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        timer.cancel();
        if (this.#isAlive) reject(signal.reason as Error);
      };
      const timer = this.#scheduler.schedule(milliseconds, () => {
        this.receive(() => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        });
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
