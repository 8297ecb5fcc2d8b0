import { systemClock } from '@login-pipeline/streams';
import type { ApiName, Clock, Ports, Wire } from '@login-pipeline/streams';
import { kafkajsBatchEncoder } from '../batch-encoder.ts';
import { KafkajsWire } from '../kafkajs-wire.ts';

const NEVER = new Promise<never>(() => undefined);

/**
 * The ports of a process that can die without a word: afterwards none of its promises settles, and
 * its sockets are closed.
 */
export class MortalPorts implements Ports {
  readonly encoder = kafkajsBatchEncoder;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly #own: KafkajsWire;
  #diesBefore: ApiName | undefined;
  /** Epoch ms; undefined while it lives. */
  #diedAt: number | undefined;

  constructor(brokers: readonly string[], clientId: string) {
    const own = new KafkajsWire({ brokers, clientId });
    this.#own = own;
    this.wire = {
      send: (to, api, request, options) => {
        if (api === this.#diesBefore) this.kill();
        return this.#whileAlive(() => own.send(to, api, request, options));
      },
      connection: (to, channel) => own.connection(to, channel),
      close: () => own.close(),
    };
    this.clock = {
      now: () => systemClock.now(),
      sleep: (milliseconds, signal) =>
        this.#whileAlive(() => systemClock.sleep(milliseconds, signal)),
    };
  }

  get diedAt(): number | undefined {
    return this.#diedAt;
  }

  kill(): void {
    if (this.#diedAt !== undefined) return;
    this.#diedAt = Date.now();
    void this.#own.close();
  }

  /** Dies instead of sending the next request of a kind. */
  dieBefore(api: ApiName): void {
    this.#diesBefore = api;
  }

  async #whileAlive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#diedAt !== undefined) return NEVER;
    try {
      const value = await work();
      return this.#isAlive() ? value : await NEVER;
    } catch (error) {
      if (this.#isAlive()) throw error;
      return NEVER;
    }
  }

  /** Asked anew each time: it may die during any wait. */
  #isAlive(): boolean {
    return this.#diedAt === undefined;
  }
}
