import type { ApiName, RequestOf, ResponseOf } from '../../protocol/apis.ts';
import type { Broker } from '../../protocol/cluster-apis.ts';
import type { Channel, SendOptions } from '../../ports.ts';
import { UnreachableError } from '../../ports.ts';
import { Connection } from './connection.ts';
import type { Fate } from './connection.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimulatedBroker } from './simulated-broker.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** What happens to a request. `delay`: it arrives so many milliseconds late, perhaps after its sender has given up. */
export type Fault = 'none' | 'lose-request' | 'lose-answer' | { readonly delay: number };

/** Decides about a request to a broker; undefined: the rates do. */
export type FaultHook = (
  process: SimulatedProcess,
  broker: number,
  api: ApiName,
  request: RequestOf<ApiName>,
) => Fault | undefined;

/** How often requests go wrong, from 0 to 1. */
export interface FaultRates {
  loseRequest: number;
  loseAnswer: number;
  delay: number;
  /** How late a request may be, in milliseconds. */
  maxDelayMs: number;
}

/** Gets a line for each request that arrives (`>`) and for each answer (`<`). */
export type TraceListener = (line: string) => void;

const DEFAULT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 1_000;
const LOST = { delay: 0, isLost: true, losesAnswer: false };
const FINE = { delay: 0, isLost: false, losesAnswer: false };

/** What lies between processes and brokers. */
export class Network {
  readonly scheduler: Scheduler;
  /** Decides about a request; where it says nothing, the rates do. */
  fault: FaultHook | undefined;
  readonly rates: FaultRates = { loseRequest: 0, loseAnswer: 0, delay: 0, maxDelayMs: 5_000 };
  onTrace: TraceListener | undefined;
  /** A number that stands for all that has been sent and answered so far, and when. */
  fingerprint = 0;
  /** How many requests have arrived. */
  requests = 0;
  readonly #random: Random;
  readonly #brokers: readonly SimulatedBroker[];
  readonly #connections = new Map<string, Connection>();
  readonly #partitioned = new Set<string>();
  #made = 0;

  constructor(scheduler: Scheduler, random: Random, brokers: readonly SimulatedBroker[]) {
    this.scheduler = scheduler;
    this.#random = random;
    this.#brokers = brokers;
  }

  /** How long a message takes: mostly up to 3 ms, seldom tens of them. */
  latency(): number {
    const draw = this.#random.next();
    return draw < 0.98 ? 0.2 + draw * 2.8 : 3 + (draw - 0.98) * 2_000;
  }

  /** Cuts a process off from a broker, or from all of them. */
  partition(process: SimulatedProcess, broker?: number): void {
    for (const { id } of this.#brokers) {
      if (broker === undefined || broker === id) this.#partitioned.add(pairKey(process, id));
    }
  }

  /** Ends what {@link partition} began. */
  heal(process: SimulatedProcess, broker?: number): void {
    for (const { id } of this.#brokers) {
      if (broker === undefined || broker === id) this.#partitioned.delete(pairKey(process, id));
    }
  }

  send<Api extends ApiName>(
    process: SimulatedProcess,
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    { channel = 'ask', timeoutMs = DEFAULT_TIMEOUT_MS, connection: wanted }: SendOptions,
  ): Promise<ResponseOf<Api>> {
    let resolve!: (response: ResponseOf<Api>) => void;
    let reject!: (error: Error) => void;
    const promise = new Promise<ResponseOf<Api>>((onAnswer, onFailure) => {
      resolve = onAnswer;
      reject = onFailure;
    });
    if (!process.isAlive) return promise;
    const broker = this.#find(process, to);
    const isCutOff = broker !== undefined && this.isPartitioned(process, broker);
    const known = broker && this.#connections.get(connectionKey(process, broker, channel));
    const isAnother = wanted !== undefined && known?.number !== wanted;
    if (broker?.isUp !== true || isAnother || (isCutOff && known === undefined)) {
      const delay = isCutOff ? Math.min(timeoutMs, CONNECT_TIMEOUT_MS) : this.latency();
      this.scheduler.schedule(delay, () => {
        process.receive(() => {
          const name = broker === undefined ? 'any broker' : `broker ${broker.id}`;
          reject(new UnreachableError(`${api}: ${name} cannot be reached`));
        });
      });
      return promise;
    }
    const connection = known ?? this.#connect(process, broker, channel);
    const fate = isCutOff ? LOST : this.#fate(process, broker.id, api, request);
    const waitMs = allowedWait(api, request) + timeoutMs;
    connection.send(api, request, waitMs, fate, { resolve, reject });
    // What is late arrives all the same.
    const isTroubled = (fate.isLost && !isCutOff) || fate.delay > 0;
    if (isTroubled && this.isFoundBroken()) {
      this.scheduler.schedule(this.#random.between(1, 200), () => {
        connection.break('the connection was reset');
      });
    }
    return promise;
  }

  connectionOf(process: SimulatedProcess, to: Broker, channel: Channel): number | undefined {
    const broker = this.#find(process, to);
    return broker && this.#connections.get(connectionKey(process, broker, channel))?.number;
  }

  /** Closes the connections of a process. @param reason undefined: the process is gone, and gets no error */
  closeAll(process: SimulatedProcess, reason: string): void {
    for (const connection of [...this.#connections.values()]) {
      if (connection.process === process) connection.break(reason);
    }
  }

  /** A broker is gone: its clients learn of it. */
  resetAll(broker: number): void {
    for (const connection of [...this.#connections.values()]) {
      if (connection.broker.id === broker) {
        connection.break('the broker closed the connection', this.latency());
      }
    }
  }

  /** Whether the client finds a connection broken long before the answer is overdue. */
  isFoundBroken(): boolean {
    return this.#random.chance(0.7);
  }

  forget(connection: Connection): void {
    const key = connectionKey(connection.process, connection.broker, connection.channel);
    if (this.#connections.get(key) === connection) this.#connections.delete(key);
  }

  trace(
    direction: '>' | '<',
    process: SimulatedProcess,
    { id }: SimulatedBroker,
    api: ApiName,
    response?: unknown,
  ): void {
    if (direction === '>') this.requests += 1;
    let hash = this.fingerprint ^ Math.round(this.scheduler.now() * 1_000);
    hash = Math.imul(hash ^ (process.index * 31 + id), 16_777_619);
    hash = Math.imul(hash ^ (api.length * 256 + api.charCodeAt(api.length >> 1)), 16_777_619);
    this.fingerprint = hash ^ (hash >>> 15);
    if (this.onTrace === undefined) return;
    const time = this.scheduler.now().toFixed(3);
    this.onTrace(`${time} ${process.name} ${direction} ${id} ${api}${errorOf(response)}`);
  }

  #find(process: SimulatedProcess, to: Broker | 'any'): SimulatedBroker | undefined {
    if (to !== 'any') return this.#brokers.find(({ id }) => id === to.id);
    const there = this.#brokers.filter(
      (broker) => broker.isUp && !this.isPartitioned(process, broker),
    );
    return there.length === 0 ? undefined : this.#random.pick(there);
  }

  isPartitioned(process: SimulatedProcess, { id }: SimulatedBroker): boolean {
    return this.#partitioned.size > 0 && this.#partitioned.has(pairKey(process, id));
  }

  #connect(process: SimulatedProcess, broker: SimulatedBroker, channel: Channel): Connection {
    this.#made += 1;
    const connection = new Connection(this, process, broker, channel, this.#made);
    this.#connections.set(connectionKey(process, broker, channel), connection);
    return connection;
  }

  #fate(
    process: SimulatedProcess,
    broker: number,
    api: ApiName,
    request: RequestOf<ApiName>,
  ): Fate {
    const fault = this.fault?.(process, broker, api, request) ?? this.#byRates();
    if (fault === 'none') return FINE;
    if (fault === 'lose-request') return LOST;
    if (fault === 'lose-answer') return { delay: 0, isLost: false, losesAnswer: true };
    return { delay: fault.delay, isLost: false, losesAnswer: false };
  }

  #byRates(): Fault {
    const { loseRequest, loseAnswer, delay, maxDelayMs } = this.rates;
    const sum = loseRequest + loseAnswer + delay;
    if (sum === 0) return 'none';
    const draw = this.#random.next();
    if (draw < loseRequest) return 'lose-request';
    if (draw < loseRequest + loseAnswer) return 'lose-answer';
    return draw < sum ? { delay: this.#random.between(1, maxDelayMs) } : 'none';
  }
}

function connectionKey(
  process: SimulatedProcess,
  broker: SimulatedBroker,
  channel: Channel,
): string {
  return `${pairKey(process, broker.id)}/${channel}`;
}

function pairKey({ index }: SimulatedProcess, broker: number): string {
  return `${index}/${broker}`;
}

/** The error of an answer, or of the first thing in it that has one. */
function errorOf(response: unknown): string {
  if (typeof response !== 'object' || response === null) return '';
  if ('error' in response && response.error !== 'NONE') return ` ${String(response.error)}`;
  const [, parts] = Object.entries(response).find(([, value]) => Array.isArray(value)) ?? [];
  if (!Array.isArray(parts)) return '';
  for (const part of parts) {
    const error = errorOf(part);
    if (error !== '') return error;
  }
  return '';
}

/** The time that a request lets the broker wait. */
function allowedWait<Api extends ApiName>(api: Api, request: RequestOf<Api>): number {
  if (api === 'Fetch') return (request as RequestOf<'Fetch'>).maxWaitMs;
  if (api === 'JoinGroup') return (request as RequestOf<'JoinGroup'>).rebalanceTimeoutMs;
  if (api === 'Produce') return (request as RequestOf<'Produce'>).timeoutMs;
  return 0;
}
