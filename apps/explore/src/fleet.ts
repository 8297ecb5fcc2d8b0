import { MAX_VALUE_BYTES, readLimits, ReadMemory, TransformEngine } from '@login-pipeline/streams';
import type { TransformEvent } from '@login-pipeline/streams';
import { planNumbered } from '@login-pipeline/streams/testing';
import type { Random, SimulatedCluster, SimulatedProcess } from '@login-pipeline/streams/testing';
import { DEAD_LETTERS, INPUT, OUTPUT } from './topics.ts';

export const GROUP = 'transformer';

const TOPICS = { input: INPUT, output: OUTPUT, deadLetters: DEAD_LETTERS };

/** A running service. */
export interface Service {
  readonly name: string;
  readonly process: SimulatedProcess;
  readonly engine: TransformEngine;
}

/** Longer than any fault lasts. */
const STALL_TIMEOUT_MS = 300_000;
const READ_MEMORY_BYTES = 64 * 1024 * 1024;

/** The services of a schedule: each a process of its own with an engine. */
export class Fleet {
  readonly #cluster: SimulatedCluster;
  readonly #onEvent: (service: string, event: TransformEvent) => void;
  readonly #running: Service[] = [];
  readonly failures: unknown[] = [];
  #started = 0;

  constructor(
    cluster: SimulatedCluster,
    onEvent: (service: string, event: TransformEvent) => void = () => undefined,
  ) {
    this.#cluster = cluster;
    this.#onEvent = onEvent;
  }

  get running(): readonly Service[] {
    return this.#running;
  }

  start(): Service {
    this.#started += 1;
    const name = `service${this.#started}`;
    const process = this.#cluster.process(name);
    const engine = new TransformEngine({
      ports: process,
      groupId: GROUP,
      instance: name,
      input: INPUT,
      targets: [OUTPUT, DEAD_LETTERS],
      plan: planNumbered(TOPICS, process.encoder, 'none'),
      reading: { limits: readLimits(MAX_VALUE_BYTES), memory: new ReadMemory(READ_MEMORY_BYTES) },
      lingerMs: 0,
      stallTimeoutMs: STALL_TIMEOUT_MS,
      onEvent: (event) => {
        this.#onEvent(name, event);
      },
      onFatal: (error) => {
        this.failures.push(error);
      },
    });
    const service = { name, process, engine };
    this.#running.push(service);
    engine.start();
    return service;
  }

  pick(random: Random): Service | undefined {
    return this.#running.length === 0 ? undefined : random.pick(this.#running);
  }

  kill(random: Random): Service | undefined {
    const service = this.pick(random);
    if (service !== undefined) this.killOne(service);
    return service;
  }

  killOne(service: Service): void {
    this.#remove(service);
    service.process.kill();
  }

  /** As SIGTERM does. */
  stop(random: Random): void {
    const service = this.pick(random);
    if (service !== undefined) this.stopOne(service);
  }

  stopOne(service: Service): void {
    this.#remove(service);
    void service.engine.stop().then(() => service.process.wire.close());
  }

  #remove(service: Service): void {
    const index = this.#running.indexOf(service);
    if (index >= 0) this.#running.splice(index, 1);
  }
}
