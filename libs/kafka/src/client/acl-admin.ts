import type { Logger } from '@login-pipeline/observability';
import type { AclEntry } from 'kafkajs';
import type { KafkaConnection } from './connection.ts';
import { createClient } from './connection.ts';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
} from './kafkajs.ts';
import { connect } from './topics.ts';

const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional id': AclResourceTypes.TRANSACTIONAL_ID,
  cluster: AclResourceTypes.CLUSTER,
} as const;
const PATTERNS = {
  literal: ResourcePatternTypes.LITERAL,
  prefixed: ResourcePatternTypes.PREFIXED,
} as const;
const OPERATIONS = {
  All: AclOperationTypes.ALL,
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Delete: AclOperationTypes.DELETE,
  Alter: AclOperationTypes.ALTER,
  Describe: AclOperationTypes.DESCRIBE,
  ClusterAction: AclOperationTypes.CLUSTER_ACTION,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperationTypes.ALTER_CONFIGS,
  IdempotentWrite: AclOperationTypes.IDEMPOTENT_WRITE,
} as const;

/** Something that a principal is allowed to do, from any host. */
export interface Acl {
  /** E.g. `User:transformer`. */
  readonly principal: string;
  readonly resource: keyof typeof RESOURCES;
  readonly name: string;
  readonly pattern: keyof typeof PATTERNS;
  readonly operation: keyof typeof OPERATIONS;
}

/** The words of an {@link Acl}. */
export const ACL_WORDS = {
  resources: Object.keys(RESOURCES) as readonly Acl['resource'][],
  patterns: Object.keys(PATTERNS) as readonly Acl['pattern'][],
  operations: Object.keys(OPERATIONS) as readonly Acl['operation'][],
};

/** Grants and takes away what principals may do. */
export interface AclAdmin {
  /** @returns what is allowed, to anybody; what the brokers deny expressly is not among it */
  list(): Promise<readonly Acl[]>;
  /** Allows all of these; what is allowed already stays so. */
  create(acls: readonly Acl[]): Promise<void>;
  /** Takes these away, and nothing else. */
  remove(acls: readonly Acl[]): Promise<void>;
  disconnect(): Promise<void>;
}

/** @throws KafkaUnavailableError when the brokers cannot be used */
export async function connectAclAdmin(
  connection: KafkaConnection,
  logger: Logger,
): Promise<AclAdmin> {
  const admin = createClient(connection, logger, 'start').admin();
  await connect(admin, connection);
  return {
    list: async () => {
      const { resources } = await admin.describeAcls({
        resourceType: AclResourceTypes.ANY,
        resourcePatternType: ResourcePatternTypes.ANY,
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ALLOW,
      });
      return resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) =>
        acls.flatMap(({ principal, operation }): Acl[] => {
          const found = {
            resource: wordOf(RESOURCES, resourceType),
            pattern: wordOf(PATTERNS, resourcePatternType),
            operation: wordOf(OPERATIONS, operation),
          };
          const { resource, pattern } = found;
          if (resource === undefined || pattern === undefined || found.operation === undefined) {
            return [];
          }
          return [{ principal, resource, name: resourceName, pattern, operation: found.operation }];
        }),
      );
    },
    create: async (acls) => {
      await admin.createAcls({ acl: acls.map(entryOf) });
    },
    remove: async (acls) => {
      await admin.deleteAcls({ filters: acls.map(entryOf) });
    },
    disconnect: () => admin.disconnect(),
  };
}

function entryOf({ principal, resource, name, pattern, operation }: Acl): AclEntry {
  return {
    principal,
    host: '*',
    operation: OPERATIONS[operation],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: RESOURCES[resource],
    resourceName: name,
    resourcePatternType: PATTERNS[pattern],
  };
}

/** @returns undefined for what we have no word for */
function wordOf<W extends string>(codes: Readonly<Record<W, number>>, code: number): W | undefined {
  return (Object.keys(codes) as W[]).find((word) => codes[word] === code);
}
