import type { ErrorName } from './errors.ts';

/** A broker by its id, and the address that it advertises. */
export interface Broker {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** A topic as the metadata has it. */
export interface TopicMetadata {
  readonly error: ErrorName;
  readonly topic: string;
  /** Tells a topic from another one of the same name (KIP-516); a UUID as hexadecimal digits. */
  readonly topicId: string;
  readonly partitions: readonly PartitionMetadata[];
}

/** A partition and its leader, as the metadata has them. */
export interface PartitionMetadata {
  readonly error: ErrorName;
  readonly partition: number;
  /** The broker's id; -1 when there is none. */
  readonly leader: number;
  /** Rises with each election (KIP-101); -1 where it is not known. */
  readonly leaderEpoch: number;
}

/**
 * What FindCoordinator finds the broker of: a consumer group, by its id, or a producer, by its
 * transactional id (KIP-98).
 */
export type CoordinatorKind = 'group' | 'transaction';

export interface ClusterApis {
  /** What the broker can do (KIP-35), and the features that the cluster has finalized (KIP-584). */
  ApiVersions: {
    /** The name of the client, which brokers count connections by (KIP-511). */
    readonly request: { readonly software: string };
    readonly response: {
      readonly error: ErrorName;
      /** The newest version of each request, by API key. */
      readonly newest: ReadonlyMap<number, number>;
      /** The level of each finalized feature, by name; `transaction.version` 2 is KIP-890. */
      readonly features: ReadonlyMap<string, number>;
    };
  };
  Metadata: {
    readonly request: { readonly topics: readonly string[] };
    readonly response: {
      readonly brokers: readonly Broker[];
      readonly topics: readonly TopicMetadata[];
    };
  };
  FindCoordinator: {
    readonly request: { readonly kind: CoordinatorKind; readonly key: string };
    readonly response: { readonly error: ErrorName; readonly broker: Broker };
  };
}
