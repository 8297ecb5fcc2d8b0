import type { Broker, TopicMetadata } from '../../../protocol/cluster-apis.ts';
import type { TopicConfig } from '../../topic-config.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import { OFFSETS_TOPIC, Partition, partitionOf, TRANSACTIONS_TOPIC } from './topics.ts';
import type { Topic } from './topics.ts';

/** What a broker knows of the cluster. */
export interface ClusterImage {
  readonly version: number;
  readonly brokers: readonly Broker[];
  readonly topics: ReadonlyMap<string, TopicMetadata>;
}

/** Whether a broker knows of a partition. */
export function isKnown({ topics }: ClusterImage, topic: string, partition: number): boolean {
  return partition < (topics.get(topic)?.partitions.length ?? 0);
}

export const EMPTY_IMAGE: ClusterImage = { version: 0, brokers: [], topics: new Map() };

/** A broker as it answers. */
export interface Answering {
  readonly id: number;
  readonly image: ClusterImage;
}

/** A broker as the controller sees it. */
export interface ControlledBroker {
  readonly id: number;
  /** Registered, and not about to stop. */
  isAvailable: boolean;
  image: ClusterImage;
}

/** How long the controller takes, in milliseconds. */
export interface ControllerDelays {
  /** Until a broker knows of a change, at most. */
  metadataMs: number;
  /** Until the controller misses a broker that died, at most. */
  electionMs: number;
}

/** Creates topics, elects leaders, and tells the brokers of it, each in its own time. */
export class Controller {
  readonly topics = new Map<string, Topic>();
  readonly topicsById = new Map<string, Topic>();
  readonly delays: ControllerDelays;
  /** Runs after each change of leaders. */
  onElection: (partition: Partition) => void = () => undefined;
  /** Runs after a topic was deleted. */
  onDeleted: (topic: Topic) => void = () => undefined;
  readonly #brokers: readonly ControlledBroker[];
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  #version = 0;
  #nextTopicId = 1;
  /** What is there from the beginning has its leaders from the beginning. */
  #isFormatted = false;

  constructor(
    brokers: readonly ControlledBroker[],
    scheduler: Scheduler,
    random: Random,
    delays: ControllerDelays,
  ) {
    this.#brokers = brokers;
    this.#scheduler = scheduler;
    this.#random = random;
    this.delays = delays;
    this.createTopic(OFFSETS_TOPIC, Math.max(3, brokers.length));
    this.createTopic(TRANSACTIONS_TOPIC, Math.max(3, brokers.length));
    for (const broker of brokers) broker.image = this.#image();
    this.#isFormatted = true;
  }

  partition(topic: string, index: number): Partition | undefined {
    return this.topics.get(topic)?.partitions[index];
  }

  /** The partition of an internal topic whose leader coordinates what has a key. */
  coordinating(topic: string, key: string): Partition {
    const { partitions } = this.#topic(topic);
    const found = partitions[partitionOf(key, partitions.length)];
    if (found === undefined) throw new Error(`Topic "${topic}" has no partitions`);
    return found;
  }

  /** Whether all brokers that are there know all that there is. */
  get isSettled(): boolean {
    const now = this.#scheduler.now();
    for (const { isAvailable, image } of this.#brokers) {
      if (isAvailable && image.version !== this.#version) return false;
    }
    for (const { partitions } of this.topics.values()) {
      if (partitions.some(({ leadsFrom }) => leadsFrom > now)) return false;
    }
    return true;
  }

  createTopic(name: string, partitions: number, config: TopicConfig = {}): void {
    if (this.topics.has(name)) throw new Error(`Topic "${name}" exists`);
    const id = this.#nextTopicId.toString(16).padStart(32, '0');
    this.#nextTopicId += 1;
    const topic: Topic = { name, id, partitions: [], config };
    this.topics.set(name, topic);
    this.topicsById.set(id, topic);
    this.growTopic(name, partitions);
  }

  growTopic(name: string, partitions: number): void {
    const topic = this.#topic(name);
    for (let index = topic.partitions.length; index < partitions; index += 1) {
      const partition = new Partition(name, topic.id, index);
      topic.partitions.push(partition);
      this.#elect(partition);
    }
    this.publish();
  }

  deleteTopic(name: string): void {
    const topic = this.#topic(name);
    this.topics.delete(name);
    this.topicsById.delete(topic.id);
    for (const partition of topic.partitions) {
      partition.isDeleted = true;
      partition.changed();
    }
    this.publish();
    this.onDeleted(topic);
  }

  /** Moves a partition to another leader. @param leader by default any other one */
  moveLeader(partition: Partition, leader?: number): void {
    const others = this.#available().filter((id) => id !== partition.leader);
    const next = leader ?? (others.length === 0 ? partition.leader : this.#random.pick(others));
    this.#setLeader(partition, next);
    this.publish();
  }

  /** Takes a partition's leader away, or lets it have one again. */
  holdLeaderless(partition: Partition, isHeld: boolean): void {
    partition.isHeldLeaderless = isHeld;
    if (isHeld) this.#setLeader(partition, -1);
    else this.#elect(partition);
    this.publish();
  }

  /** Others take over from a broker that is not available. */
  replace(brokerId: number): void {
    for (const { partitions } of this.topics.values()) {
      for (const partition of partitions) {
        if (partition.leader === brokerId) this.#elect(partition);
      }
    }
    this.publish();
  }

  /** A broker is there again: what has no leader gets one. */
  returned(): void {
    for (const { partitions } of this.topics.values()) {
      for (const partition of partitions) if (partition.leader < 0) this.#elect(partition);
    }
    this.publish();
  }

  /** Each partition goes back to the broker that it was first led by, where that is there. */
  preferLeaders(): void {
    for (const { partitions } of this.topics.values()) {
      for (const partition of partitions) this.#elect(partition);
    }
    this.publish();
  }

  /** Tells all brokers what there is, each after a while. */
  publish(): void {
    this.#version += 1;
    const image = this.#image();
    for (const broker of this.#brokers) {
      this.#scheduler.schedule(this.#random.between(0.1, this.delays.metadataMs), () => {
        if (broker.isAvailable && broker.image.version < image.version) broker.image = image;
      });
    }
  }

  /** What a broker that starts reads before it answers. */
  catchUp(broker: ControlledBroker): void {
    broker.image = this.#image();
  }

  #elect(partition: Partition): void {
    if (partition.isHeldLeaderless) return;
    const available = this.#available();
    // The replicas' order differs from partition to partition, so that leaders are spread.
    const first = partition.index + (partition.topic === TRANSACTIONS_TOPIC ? 1 : 0);
    const next = available[first % Math.max(1, available.length)] ?? -1;
    if (next !== partition.leader) this.#setLeader(partition, next);
  }

  #setLeader(partition: Partition, leader: number): void {
    const now = this.#scheduler.now();
    const delay = this.#isFormatted ? this.#random.between(0.1, this.delays.metadataMs) : 0;
    partition.elect(leader, now + delay);
    this.onElection(partition);
  }

  #available(): number[] {
    return this.#brokers.filter(({ isAvailable }) => isAvailable).map(({ id }) => id);
  }

  #topic(name: string): Topic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new Error(`There is no topic "${name}"`);
    return topic;
  }

  #image(): ClusterImage {
    const topics = new Map<string, TopicMetadata>();
    for (const { name, id, partitions } of this.topics.values()) {
      topics.set(name, {
        error: 'NONE',
        topic: name,
        topicId: id,
        partitions: partitions.map(({ index, leader, leaderEpoch }) => ({
          error: leader < 0 ? 'LEADER_NOT_AVAILABLE' : 'NONE',
          partition: index,
          leader,
          leaderEpoch,
        })),
      });
    }
    const brokers = this.#available().map((id) => brokerAddress(id));
    return { version: this.#version, brokers, topics };
  }
}

/** The address that a broker advertises. */
export function brokerAddress(id: number): Broker {
  return { id, host: `broker-${id}`, port: 9092 };
}
