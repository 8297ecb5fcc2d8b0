import type { Broker } from './cluster-apis.ts';
import type { ErrorName } from './errors.ts';
import type { StoredOffset } from './group-apis.ts';

/** A topic with all that the metadata tells of it. */
export interface DescribedTopic {
  readonly error: ErrorName;
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: readonly DescribedPartition[];
  /** What this user may do with it; undefined where the broker does not tell. */
  readonly operations: ReadonlySet<Operation> | undefined;
}

export interface DescribedPartition {
  readonly partition: number;
  /** The broker's id; -1 when there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  /** Ids of brokers, the preferred leader first. */
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

/** A topic as it is to be. */
export interface TopicDefinition {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Topic configuration by name, e.g. `cleanup.policy`. */
  readonly config: Readonly<Record<string, string>>;
}

/** What has settings (KIP-133). */
export type ConfigKind = 'topic' | 'broker';

/** What a request came to, as far as the broker tells: its words name the setting, the policy or the right. */
export interface AdminOutcome {
  readonly error: ErrorName;
  readonly message: string | undefined;
}

/** Words for the codes of ACLs (`ResourceType`, `PatternType` and `AclOperation` of Kafka's source). */
export const RESOURCES = { topic: 2, group: 3, cluster: 4, 'transactional id': 5 } as const;
export const PATTERNS = { literal: 3, prefixed: 4 } as const;
export const OPERATIONS = {
  All: 2,
  Read: 3,
  Write: 4,
  Create: 5,
  Delete: 6,
  Alter: 7,
  Describe: 8,
  ClusterAction: 9,
  DescribeConfigs: 10,
  AlterConfigs: 11,
  IdempotentWrite: 12,
} as const;

export type Operation = keyof typeof OPERATIONS;

/** Something that a principal is allowed to do, from any host. */
export interface Acl {
  /** E.g. `User:transformer`. */
  readonly principal: string;
  readonly resource: keyof typeof RESOURCES;
  readonly name: string;
  readonly pattern: keyof typeof PATTERNS;
  readonly operation: Operation;
}

/**
 * Requests of administrators, beside those of the engine; any broker takes them, and asks the
 * controller where it has to.
 */
export interface AdminApis {
  /** A Metadata request, with all that its answer has. */
  DescribeTopics: {
    readonly request: { readonly topics: readonly string[] | 'all' };
    readonly response: {
      readonly brokers: readonly Broker[];
      /** The broker's id; -1 when there is none. */
      readonly controller: number;
      readonly topics: readonly DescribedTopic[];
    };
  };
  CreateTopics: {
    readonly request: { readonly topics: readonly TopicDefinition[]; readonly timeoutMs: number };
    readonly response: { readonly topics: readonly (AdminOutcome & { readonly topic: string })[] };
  };
  DescribeConfigs: {
    readonly request: {
      readonly kind: ConfigKind;
      /** Topics, or the ids of brokers. */
      readonly names: readonly string[];
      readonly settings: readonly string[];
    };
    readonly response: {
      readonly resources: readonly (AdminOutcome & {
        readonly name: string;
        /** Those that have a value and may be shown. */
        readonly settings: Readonly<Record<string, string>>;
      })[];
    };
  };
  /** The groups that one broker coordinates. */
  ListGroups: {
    readonly request: Readonly<Record<string, never>>;
    readonly response: { readonly error: ErrorName; readonly groups: readonly string[] };
  };
  /** An OffsetFetch request for all that a group has committed. */
  ListGroupOffsets: {
    readonly request: { readonly groupId: string };
    readonly response: { readonly error: ErrorName; readonly partitions: readonly StoredOffset[] };
  };
  /** What is allowed, from any host; what these words do not say is left out. */
  DescribeAcls: {
    readonly request: Readonly<Record<string, never>>;
    readonly response: AdminOutcome & { readonly acls: readonly Acl[] };
  };
  CreateAcls: {
    readonly request: { readonly acls: readonly Acl[] };
    readonly response: { readonly outcomes: readonly AdminOutcome[] };
  };
}

/** What the brokers tell of the cluster. */
export type ClusterDescription = AdminApis['DescribeTopics']['response'];
