import type { ApiName, RequestOf, ResponseOf } from '../../protocol/apis.ts';
import type { Channel } from '../../ports.ts';
import { UnansweredError } from '../../ports.ts';
import type { SimulatedBroker } from './simulated-broker.ts';
import type { Network } from './network.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { Timer } from './scheduler.ts';

/** A request that waits for its answer. */
interface Pending {
  readonly api: ApiName;
  readonly deadline: number;
  readonly resolve: (response: never) => void;
  readonly reject: (error: Error) => void;
  isSettled: boolean;
}

/** A request at the broker, or on its way there. */
interface Sent {
  readonly api: ApiName;
  readonly handle: (answer: (response: unknown) => void) => void;
  readonly pending: Pending;
  /** The answer does not arrive: the connection breaks instead. */
  readonly losesAnswer: boolean;
}

/** How one request fares. */
export interface Fate {
  /** Beyond the time that the way takes. */
  readonly delay: number;
  readonly isLost: boolean;
  readonly losesAnswer: boolean;
}

/** A connection: the broker takes its next request after it has answered the one before. */
export class Connection {
  readonly process: SimulatedProcess;
  readonly broker: SimulatedBroker;
  readonly channel: Channel;
  /** Another one for each connection. */
  readonly number: number;
  /** Whether the client still has it. */
  isOpen = true;
  readonly #network: Network;
  /** A broker that was restarted knows nothing of it. */
  readonly #incarnation: number;
  readonly #pending: Pending[] = [];
  readonly #queue: Sent[] = [];
  #isBusy = false;
  /** Something was lost on it, and with that all that comes later. */
  #isStalled = false;
  #arrivesAfter = 0;
  #answersAfter = 0;
  #reaper: Timer | undefined;
  #reapsAt = Infinity;

  constructor(
    network: Network,
    process: SimulatedProcess,
    broker: SimulatedBroker,
    channel: Channel,
    number: number,
  ) {
    this.#network = network;
    this.process = process;
    this.broker = broker;
    this.channel = channel;
    this.number = number;
    this.#incarnation = broker.incarnation;
  }

  /** Whether the broker's end of it is there. */
  get isAtBroker(): boolean {
    return this.broker.isUp && this.broker.incarnation === this.#incarnation;
  }

  send<Api extends ApiName>(
    api: Api,
    request: RequestOf<Api>,
    waitMs: number,
    { delay, isLost, losesAnswer }: Fate,
    settle: {
      readonly resolve: (response: ResponseOf<Api>) => void;
      readonly reject: (error: Error) => void;
    },
  ): void {
    const { scheduler } = this.#network;
    const deadline = scheduler.now() + waitMs;
    const pending: Pending = { api, deadline, ...settle, isSettled: false };
    this.#pending.push(pending);
    if (deadline < this.#reapsAt) this.#reapAt(deadline);
    if (isLost) this.#isStalled = true;
    if (this.#isStalled) return;
    const caller = { clientId: this.process.name };
    const sent: Sent = {
      api,
      handle: (answer) => {
        this.broker.handle(api, request, answer, caller);
      },
      pending,
      losesAnswer,
    };
    const at = Math.max(scheduler.now() + this.#network.latency() + delay, this.#arrivesAfter);
    this.#arrivesAfter = at;
    scheduler.scheduleAt(at, () => {
      // It arrives even if the sender has given up, or is dead.
      if (!this.isAtBroker) return;
      this.#network.trace('>', this.process, this.broker, api);
      this.#queue.push(sent);
      this.#serve();
    });
  }

  /** The client closes it, or learns that it is broken: no answer comes any more. */
  break(reason: string, delay = 0): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#reaper?.cancel();
    this.#network.forget(this);
    const failed = this.#pending.splice(0);
    if (failed.length === 0) return;
    const fail = (): void => {
      this.process.receive(() => {
        for (const pending of failed) {
          if (pending.isSettled) continue;
          pending.isSettled = true;
          pending.reject(new UnansweredError(`${pending.api}: ${reason}`));
        }
      });
    };
    if (delay === 0) fail();
    else this.#network.scheduler.schedule(delay, fail);
  }

  #serve(): void {
    while (!this.#isBusy && this.isAtBroker) {
      const sent = this.#queue.shift();
      if (sent === undefined) return;
      // Nothing is left of a fetch whose client is gone.
      if (sent.api === 'Fetch' && !this.isOpen) continue;
      this.#isBusy = true;
      sent.handle((response) => {
        this.#answer(sent, response);
      });
    }
  }

  #answer({ pending, losesAnswer, api }: Sent, response: unknown): void {
    if (!this.isAtBroker) return;
    const { scheduler } = this.#network;
    this.#isBusy = false;
    if (losesAnswer && !this.#network.isFoundBroken()) {
      this.#isStalled = true;
    } else if (losesAnswer) {
      this.break('the connection was reset before the answer', this.#network.latency());
    } else if (this.#network.isPartitioned(this.process, this.broker)) {
      this.#isStalled = true;
    } else if (this.isOpen && !this.#isStalled) {
      const at = Math.max(scheduler.now() + this.#network.latency(), this.#answersAfter);
      this.#answersAfter = at;
      scheduler.scheduleAt(at, () => {
        if (!this.isOpen) return;
        this.#network.trace('<', this.process, this.broker, api, response);
        this.process.receive(() => {
          if (pending.isSettled) return;
          pending.isSettled = true;
          const index = this.#pending.indexOf(pending);
          if (index >= 0) this.#pending.splice(index, 1);
          pending.resolve(response as never);
        });
      });
    }
    this.#serve();
  }

  /** One timer for all that waits: it looks for what has waited for too long. */
  #reapAt(deadline: number): void {
    const { scheduler } = this.#network;
    this.#reaper?.cancel();
    this.#reapsAt = deadline;
    this.#reaper = scheduler.scheduleAt(deadline, () => {
      this.#reaper = undefined;
      this.#reapsAt = Infinity;
      this.process.receive(() => {
        if (!this.isOpen) return;
        let next = Infinity;
        for (const pending of this.#pending) next = Math.min(next, pending.deadline);
        if (next <= scheduler.now()) this.break('no answer in time');
        else if (next !== Infinity) this.#reapAt(next);
      });
    });
  }
}
