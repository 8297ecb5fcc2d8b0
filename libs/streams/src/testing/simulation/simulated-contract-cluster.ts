import type { Ports } from '../../ports.ts';
import type { ContractCluster } from '../contract/contract-cluster.ts';
import type { TopicConfig } from '../topic-config.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulationOptions } from './simulated-cluster.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** A simulated cluster for callers that just await: virtual time passes whenever something of theirs waits for it. */
export class SimulatedContractCluster implements ContractCluster {
  readonly cluster: SimulatedCluster;
  readonly ports: Ports;
  readonly transactionVersion: 1 | 2;
  readonly #own: Ports;
  #waiting = 0;

  constructor(options: SimulationOptions) {
    this.cluster = new SimulatedCluster(options);
    this.transactionVersion = this.cluster.environment.settings.transactionVersion;
    this.ports = this.driven(this.cluster.process('contract'));
    this.#own = this.driven(this.cluster.process('admin'));
  }

  /** @returns the ports of a process, which make virtual time pass while they are waited for */
  driven({ wire, clock, encoder }: SimulatedProcess): Ports {
    return {
      encoder,
      wire: {
        send: (to, api, request, options) => this.#waitFor(wire.send(to, api, request, options)),
        connection: (to, channel) => wire.connection(to, channel),
        close: () => wire.close(),
      },
      clock: {
        now: () => clock.now(),
        sleep: (milliseconds, signal) => this.#waitFor(clock.sleep(milliseconds, signal)),
      },
    };
  }

  async createTopic(topic: string, partitions: number, config?: TopicConfig): Promise<void> {
    this.cluster.createTopic(topic, partitions, config);
    await this.#settled();
  }

  async growTopic(topic: string, partitions: number): Promise<void> {
    this.cluster.growTopic(topic, partitions);
    await this.#settled();
  }

  async deleteTopic(topic: string): Promise<void> {
    this.cluster.deleteTopic(topic);
    await this.#settled();
  }

  async deleteRecords(topic: string, partition: number, below: bigint): Promise<void> {
    this.cluster.deleteRecords(topic, partition, Number(below));
    await this.#settled();
  }

  joinByConsumerProtocol(groupId: string): Promise<void> {
    this.cluster.groups.joinByConsumerProtocol(groupId);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.ports.wire.close();
  }

  /** Waits until all brokers know of a change. */
  async #settled(): Promise<void> {
    do await this.#own.clock.sleep(1);
    while (!this.cluster.controller.isSettled);
  }

  #waitFor<T>(promise: Promise<T>): Promise<T> {
    this.#waiting += 1;
    const done = (): void => {
      this.#waiting -= 1;
    };
    promise.then(done, done);
    this.cluster.scheduler.pump(() => this.#waiting > 0);
    return promise;
  }
}
