import type { OffsetToCommit } from '../../protocol/group-apis.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { TopicConfig } from '../topic-config.ts';
import { Controller } from './broker/controller.ts';
import type { ControllerDelays } from './broker/controller.ts';
import { CoordinatorLoads, DEFAULT_SETTINGS } from './broker/environment.ts';
import type { BrokerSettings, Environment } from './broker/environment.ts';
import { GroupCoordinator } from './broker/group-coordinator.ts';
import { GroupOffsets } from './broker/group-offsets.ts';
import { handlersOf } from './broker/handlers.ts';
import { OffsetCommits } from './broker/offset-commits.ts';
import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from './broker/topics.ts';
import type { Partition } from './broker/topics.ts';
import { TransactionCoordinator } from './broker/transaction-coordinator.ts';
import { TransactionMarkers } from './broker/transaction-markers.ts';
import { recordsOf } from './log-records.ts';
import type { PartitionRecords } from './log-records.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedOutgoing } from './simulated-batch.ts';
import { SimulatedBroker } from './simulated-broker.ts';
import { EPOCH_MS, SimulatedProcess } from './simulated-process.ts';

/** How a cluster is made. */
export interface SimulationOptions {
  /** All that is left to chance comes from it. */
  readonly seed: number;
  /** How many; their ids are 1, 2, 3. By default 3. */
  readonly brokers?: number;
  /** By default 2: KIP-890. */
  readonly transactionVersion?: 1 | 2;
  /** KAFKA-20734: brokers that stop end transactions without some of their markers. By default not. */
  readonly losesMarkers?: boolean;
  readonly settings?: Partial<BrokerSettings>;
  readonly delays?: Partial<ControllerDelays>;
}

/**
 * Brokers of Kafka without bytes, sockets and time: what they do comes from a seed, and is the same each time.
 *
 * @example
 *   const cluster = new SimulatedCluster({ seed: 1 });
 *   cluster.createTopic('in', 2);
 *   const [one, other] = [cluster.process('one'), cluster.process('other')];
 *   void engine(one).run();
 *   void engine(other).run();
 *   cluster.network.rates.loseAnswer = 0.01;
 *   cluster.at(500, () => { one.freeze(); });
 *   cluster.at(900, () => { cluster.killBroker(2); });
 *   cluster.at(4_000, () => { one.thaw(); });
 *   await cluster.run(60_000);
 *   expect(cluster.read('out')[0]?.committed).toHaveLength(100);
 */
export class SimulatedCluster {
  readonly scheduler = new Scheduler();
  /** For whatever else is to come from the seed. */
  readonly random: Random;
  readonly network: Network;
  readonly brokers: readonly SimulatedBroker[];
  readonly controller: Controller;
  readonly environment: Environment;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly offsets = new GroupOffsets();
  #processes = 0;

  constructor(options: SimulationOptions) {
    const { seed, brokers = 3, transactionVersion = 2, settings, delays } = options;
    const { scheduler, offsets } = this;
    const random = new Random(seed);
    this.random = random.fork();
    this.brokers = Array.from({ length: brokers }, (_, index) => new SimulatedBroker(index + 1));
    this.network = new Network(scheduler, random.fork(), this.brokers);
    this.controller = new Controller(this.brokers, scheduler, random.fork(), {
      metadataMs: 5,
      electionMs: 200,
      ...delays,
    });
    const environment: Environment = {
      scheduler,
      random: random.fork(),
      controller: this.controller,
      settings: { ...DEFAULT_SETTINGS, transactionVersion, ...settings },
      losesMarkers: options.losesMarkers ?? false,
      time: () => EPOCH_MS + Math.floor(scheduler.now()),
      isUp: (id) => this.brokers[id - 1]?.isUp === true,
    };
    this.environment = environment;
    const loads = new CoordinatorLoads(environment);
    const groups = new GroupCoordinator(environment, loads);
    const markers = new TransactionMarkers(environment, offsets, loads);
    const transactions = new TransactionCoordinator(environment, markers);
    const commits = new OffsetCommits(environment, groups, offsets, transactions);
    const handlers = handlersOf({ environment, groups, commits, transactions });
    for (const broker of this.brokers) broker.handlers = handlers;
    this.groups = groups;
    this.transactions = transactions;
    this.controller.onElection = (partition) => {
      if (partition.topic === OFFSETS_TOPIC) groups.elected(partition);
      else if (partition.topic === TRANSACTIONS_TOPIC) transactions.elected(partition);
    };
    this.controller.onDeleted = ({ name }) => {
      offsets.deleteTopic(name);
    };
  }

  /** A new process with ports of its own. */
  process(name: string): SimulatedProcess {
    this.#processes += 1;
    return new SimulatedProcess(name, this.#processes, this.scheduler, this.network);
  }

  /** Milliseconds since the beginning. */
  now(): number {
    return this.scheduler.now();
  }

  /** Lets virtual time pass, until a time or until something is done; may be called from outside of processes only. */
  run(untilMs: number, isDone?: () => boolean): Promise<void> {
    return this.scheduler.run(untilMs, isDone);
  }

  /** Runs something later, as a scenario's next step. */
  at(time: number, run: () => void): void {
    this.scheduler.scheduleAt(time, () => {
      run();
      this.scheduler.wake();
    });
  }

  createTopic(topic: string, partitions: number, config?: TopicConfig): void {
    this.controller.createTopic(topic, partitions, config);
  }

  growTopic(topic: string, partitions: number): void {
    this.controller.growTopic(topic, partitions);
  }

  deleteTopic(topic: string): void {
    this.controller.deleteTopic(topic);
  }

  /** @throws Error when there is no such partition */
  partition(topic: string, index: number): Partition {
    const partition = this.controller.partition(topic, index);
    if (partition === undefined) throw new Error(`There is no partition ${index} of "${topic}"`);
    return partition;
  }

  /** @returns whether a partition has a leader that is there */
  isWritable(topic: string, index: number): boolean {
    const { leader } = this.partition(topic, index);
    return this.brokers[leader - 1]?.isUp === true;
  }

  /** Deletes all records below an offset. @param below -1: all that there are */
  deleteRecords(topic: string, index: number, below: number): void {
    const partition = this.partition(topic, index);
    partition.log.deleteBelow(below < 0 ? partition.log.end : below);
    partition.changed();
  }

  /** Compacts a partition in part, as far as the seed has it. @param share of what may go, from 0 to 1 */
  compact(topic: string, index: number, share: number): void {
    this.partition(topic, index).log.compact(() => this.random.chance(share));
  }

  /** An unclean election: the new leader has records up to an offset only. */
  truncate(topic: string, index: number, toOffset: number): void {
    const partition = this.partition(topic, index);
    partition.log.truncateTo(toOffset);
    this.controller.moveLeader(partition);
  }

  /** Appends records of a producer without transactions. @returns the offset of the first one */
  append(topic: string, index: number, records: readonly OutgoingRecord[]): number {
    const partition = this.partition(topic, index);
    const outgoing = new SimulatedOutgoing(records);
    const plain = { producerId: -1, epoch: -1, baseSequence: -1, isTransactional: false };
    const claimed = { ...plain, count: records.length, isFromClient: true };
    const { baseOffset } = partition.log.append(claimed, outgoing, undefined);
    partition.changed();
    return baseOffset;
  }

  /** The records of each partition: the committed ones, and all of them with what became of them. */
  read(topic: string): readonly PartitionRecords[] {
    const { partitions = [] } = this.controller.topics.get(topic) ?? {};
    return partitions.map(({ log }) => recordsOf(log));
  }

  /** What a group has committed. */
  committed(groupId: string): readonly OffsetToCommit[] {
    return this.offsets.of(groupId);
  }

  /** Moves a partition to another leader. @param leader by default any other one */
  moveLeader(topic: string, index: number, leader?: number): void {
    this.controller.moveLeader(this.partition(topic, index), leader);
  }

  /** Takes a partition's leader away, or gives it one again. */
  holdLeaderless(topic: string, index: number, isHeld: boolean): void {
    this.controller.holdLeaderless(this.partition(topic, index), isHeld);
  }

  /** Stops a broker in order: it hands its partitions over first. */
  stopBroker(id: number): void {
    const broker = this.#broker(id);
    if (!broker.isUp || broker.isStopping) return;
    const { random } = this.environment;
    const { incarnation } = broker;
    broker.isStopping = true;
    const isSame = (): boolean => broker.isStopping && broker.incarnation === incarnation;
    this.scheduler.schedule(random.between(1, 30), () => {
      if (!isSame()) return;
      this.#handOver(broker);
      this.scheduler.schedule(random.between(1, 30), () => {
        if (isSame()) this.#takeDown(broker);
      });
    });
  }

  /** Kills a broker: the controller misses it after a while. */
  killBroker(id: number): void {
    const broker = this.#broker(id);
    if (!broker.isUp) return;
    this.#takeDown(broker);
    const { incarnation } = broker;
    const delay = this.environment.random.between(1, this.controller.delays.electionMs);
    this.scheduler.schedule(delay, () => {
      if (broker.incarnation === incarnation && !broker.isUp) this.controller.replace(id);
    });
  }

  /** Starts a broker that was stopped or killed. */
  restartBroker(id: number): void {
    const broker = this.#broker(id);
    if (broker.isUp) {
      if (!broker.isStopping) return;
      if (broker.isAvailable) this.#handOver(broker);
      this.#takeDown(broker);
    }
    // The controller may not have missed it: the broker has lost its memory all the same.
    this.controller.replace(id);
    broker.isUp = true;
    broker.isAvailable = true;
    this.controller.catchUp(broker);
    this.controller.returned();
  }

  /** With it go the leaders of all partitions. */
  #isAlone(broker: SimulatedBroker): boolean {
    return this.brokers.every((other) => other === broker || !other.isAvailable);
  }

  #handOver(broker: SimulatedBroker): void {
    if (this.environment.losesMarkers && this.#isAlone(broker)) {
      this.transactions.loseMarkers(broker.id);
    }
    broker.isAvailable = false;
    this.controller.replace(broker.id);
  }

  #takeDown(broker: SimulatedBroker): void {
    broker.isUp = false;
    broker.isStopping = false;
    broker.isAvailable = false;
    broker.incarnation += 1;
    this.network.resetAll(broker.id);
  }

  #broker(id: number): SimulatedBroker {
    const broker = this.brokers[id - 1];
    if (broker === undefined) throw new Error(`There is no broker ${id}`);
    return broker;
  }
}
