import type { Ports } from '../../ports.ts';
import type { TopicConfig } from '../topic-config.ts';

/** What the contract needs of a cluster, be it brokers or simulated ones. */
export interface ContractCluster {
  readonly ports: Ports;
  /** Whether the cluster has KIP-890: `transaction.version` 2. */
  readonly transactionVersion: 1 | 2;
  /** Creates a topic, and waits until its partitions have leaders. */
  createTopic(topic: string, partitions: number, config?: TopicConfig): Promise<void>;
  /** Gives a topic more partitions. */
  growTopic(topic: string, partitions: number): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** Deletes all records below an offset, as retention does. */
  deleteRecords(topic: string, partition: number, below: bigint): Promise<void>;
  /** Has a consumer of KIP-848 join a group, and stay for some seconds. */
  joinByConsumerProtocol(groupId: string, topic: string): Promise<void>;
  close(): Promise<void>;
}
