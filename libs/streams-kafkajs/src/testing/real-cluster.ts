import { systemClock } from '@login-pipeline/streams';
import type { Ports } from '@login-pipeline/streams';
import type { ContractCluster, TopicConfig } from '@login-pipeline/streams/testing/contract';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { kafkajsBatchEncoder } from '../batch-encoder.ts';
import { KafkajsWire } from '../kafkajs-wire.ts';
import { joinByConsumerProtocol } from './join-by-consumer-protocol.ts';

const PAUSE_MS = 20;
const ATTEMPTS = 500;

/** Brokers as the contract needs them: the wire under test, and kafkajs' admin for what operators do. */
export class RealCluster implements ContractCluster {
  readonly wire: KafkajsWire;
  readonly ports: Ports;
  readonly transactionVersion: 1 | 2;
  /** Whether its groups take consumers of KIP-848 (KIP-584, `group.version`). */
  readonly takesConsumers: boolean;
  readonly #admin: Admin;

  private constructor(wire: KafkajsWire, admin: Admin, features: ReadonlyMap<string, number>) {
    this.wire = wire;
    this.ports = { wire, clock: systemClock, encoder: kafkajsBatchEncoder };
    this.#admin = admin;
    this.transactionVersion = (features.get('transaction.version') ?? 0) >= 2 ? 2 : 1;
    this.takesConsumers = (features.get('group.version') ?? 0) >= 1;
  }

  /** @param brokers `host:port,…`; default: the cluster that all tests share */
  static async open(brokers = process.env['TEST_KAFKA_BROKERS']): Promise<RealCluster> {
    if (brokers === undefined) throw new Error('TEST_KAFKA_BROKERS is not set: run "npm test"');
    const addresses = brokers.split(',');
    const wire = new KafkajsWire({ brokers: addresses, clientId: 'contract' });
    const { features } = await wire.send('any', 'ApiVersions', { software: 'contract' });
    const admin = new Kafka({ brokers: addresses, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return new RealCluster(wire, admin, features);
  }

  async createTopic(topic: string, partitions: number, config: TopicConfig = {}): Promise<void> {
    await this.#admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, configEntries: entriesOf(config) }],
    });
    await this.#led(topic, partitions);
  }

  async growTopic(topic: string, partitions: number): Promise<void> {
    await this.#admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
    await this.#led(topic, partitions);
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#admin.deleteTopics({ topics: [topic] });
  }

  async deleteRecords(topic: string, partition: number, below: bigint): Promise<void> {
    // kafkajs looks for the leader before it has asked about the topic.
    await this.#admin.fetchTopicOffsets(topic);
    await this.#admin.deleteTopicRecords({
      topic,
      partitions: [{ partition, offset: String(below) }],
    });
  }

  async joinByConsumerProtocol(groupId: string, topic: string): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const asked = { kind: 'group', key: groupId } as const;
      const { error, broker } = await this.ports.wire.send('any', 'FindCoordinator', asked);
      const { host, port } = broker;
      const isFound = error === 'NONE';
      if (isFound && (await joinByConsumerProtocol(`${host}:${port}`, groupId, topic)) === 'NONE')
        return;
      await systemClock.sleep(PAUSE_MS);
    }
    throw new Error(`No consumer can join ${groupId}`);
  }

  async close(): Promise<void> {
    await this.ports.wire.close();
    await this.#admin.disconnect();
  }

  /**
   * Waits until all partitions have leaders, which answer for them: a broker hears of a partition
   * before it leads it.
   */
  async #led(topic: string, partitions: number): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await this.#isLed(topic, partitions)) return;
      await systemClock.sleep(PAUSE_MS);
    }
    throw new Error(`${topic} has no leaders`);
  }

  async #isLed(topic: string, count: number): Promise<boolean> {
    const { wire } = this.ports;
    const { brokers, topics } = await wire.send('any', 'Metadata', { topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    if (partitions.length < count) return false;
    for (const { partition, leader, leaderEpoch } of partitions) {
      const broker = brokers.find(({ id }) => id === leader);
      if (broker === undefined) return false;
      const listed = await wire.send(broker, 'ListOffsets', {
        isolation: 'read_uncommitted',
        partitions: [{ topic, partition, leaderEpoch, timestamp: -1n }],
      });
      if (listed.partitions[0]?.error !== 'NONE') return false;
    }
    return true;
  }
}

/** @returns the configuration under the names that brokers know */
function entriesOf(config: TopicConfig): { readonly name: string; readonly value: string }[] {
  const values = {
    'max.message.bytes': config.maxMessageBytes,
    'message.timestamp.before.max.ms': config.timestampBeforeMaxMs,
    'message.timestamp.after.max.ms': config.timestampAfterMaxMs,
    'cleanup.policy': config.isCompacted === true ? 'compact' : undefined,
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
}
