import { OPERATIONS, PATTERNS, RESOURCES } from '@login-pipeline/nest-streams/operations';
import type { Acl } from '@login-pipeline/nest-streams/operations';
import { z } from 'zod';
import { readJsonFile } from '../json-file.ts';

/** In deploy/kafka: what the pipeline needs, and what its optional parts need besides. */
export const ACL_FILES = [
  'acls.json',
  'acls-last-login.json',
  'acls-insight-counts.json',
  'acls-redrive.json',
] as const;

/** One right that a service needs, and what for. */
export interface AclFileEntry extends Acl {
  /** Completes "because it …". */
  readonly why: string;
}

const resources = Object.keys(RESOURCES) as Acl['resource'][];
const patterns = Object.keys(PATTERNS) as Acl['pattern'][];
const operations = Object.keys(OPERATIONS) as Acl['operation'][];
const FILE = z.array(
  z.strictObject({
    principal: z
      .string()
      .regex(/^[^:\s]+:.+$/, 'expected a type and a name, e.g. User:transformer'),
    resource: z.enum(resources),
    name: z.string().min(1),
    pattern: z.enum(patterns),
    operation: z.enum(operations),
    why: z.string().min(1),
  }),
);

/**
 * @param path of a JSON file like deploy/kafka/acls.json
 * @throws {Failure} that names the file and every wrong entry
 */
export function readAclFile(path: string): readonly AclFileEntry[] {
  return readJsonFile('--acls', path, FILE);
}
