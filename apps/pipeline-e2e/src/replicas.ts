import { setTimeout as sleep } from 'node:timers/promises';
import { Service } from './service.ts';
import type { Exit, Settings } from './service.ts';

/** Longer than the 6 s after which a silent member is counted out of its group. */
const FREEZE_MS = 9_000;

/** What may happen to a replica. */
export type Mishap = 'kill' | 'freeze' | 'stop';

/** Several aggregators of one group; one that ends is replaced. */
export class Replicas {
  readonly #settings: Settings;
  readonly #running: Service[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Those that run now; one that was replaced is another service. */
  get running(): readonly Service[] {
    return [...this.#running];
  }

  /** Starts replicas until there are so many, and waits until they are ready. */
  async scaleTo(count: number): Promise<void> {
    while (this.#running.length < count) this.#running.push(await this.#start());
    await Promise.all(this.#running.map((replica) => replica.ready()));
  }

  /** Takes the last replica away. @returns how it ended */
  async scaleDown(): Promise<Exit | undefined> {
    return this.#running.pop()?.stop();
  }

  /**
   * Lets it happen to one replica, and replaces that if it ends.
   *
   * @param onEnd gets the replica that is gone, or awake again
   */
  async befall(mishap: Mishap, index: number, onEnd: (replica: Service) => void): Promise<void> {
    const replica = this.#running[index];
    if (replica === undefined) throw new RangeError(`no replica ${index}`);
    switch (mishap) {
      case 'freeze':
        replica.signal('SIGSTOP');
        await sleep(FREEZE_MS);
        replica.signal('SIGCONT');
        break;
      case 'kill':
        await replica.kill();
        this.#running[index] = await this.#start();
        break;
      case 'stop': {
        const exit = await replica.stop();
        if (exit !== 0) throw new Error(`SIGTERM ended it with ${exit}:\n${replica.output}`);
        this.#running[index] = await this.#start();
        break;
      }
    }
    onEnd(replica);
  }

  #start(): Promise<Service> {
    return Service.start('aggregator', this.#settings);
  }
}
