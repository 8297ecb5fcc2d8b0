import { Failure } from '@login-pipeline/command';
import { connectAdmin } from '@login-pipeline/nest-streams/operations';
import type { Acl, ClusterAdmin } from '@login-pipeline/nest-streams/operations';
import { errorText } from '@login-pipeline/observability/error-text';
import { pino } from 'pino';
import type { TopicSettings } from '../settings/settings.ts';

/**
 * Grants what is missing of the wanted rights. Nothing is taken away.
 *
 * @param onProgress told what was granted
 * @returns one line per right that one of these principals has besides, from any host
 * @throws {Failure} or KafkaUnavailableError when the brokers cannot be used or refuse
 */
export async function setUpAcls(
  settings: Pick<TopicSettings, 'kafka'>,
  wanted: readonly Acl[],
  onProgress: (line: string) => void,
): Promise<string[]> {
  const { admin, close } = await connectAdmin(settings.kafka, pino({ level: 'silent' }));
  try {
    return await grantMissing(admin, wanted, onProgress);
  } catch (error) {
    throw new Failure(
      `The ACLs cannot be set up: ${errorText(error)}. It takes Alter and Describe on the cluster, and brokers with an authorizer.`,
    );
  } finally {
    await close();
  }
}

async function grantMissing(
  admin: ClusterAdmin,
  wanted: readonly Acl[],
  onProgress: (line: string) => void,
): Promise<string[]> {
  const found = await admin.acls();
  const existing = new Set(found.map(textOf));
  const missing = wanted.filter((acl) => !existing.has(textOf(acl)));
  if (missing.length > 0) {
    await admin.allow(missing);
    onProgress(`granted ${missing.length} of ${wanted.length} rights`);
  }
  const wantedTexts = new Set(wanted.map(textOf));
  const principals = new Set(wanted.map(({ principal }) => principal));
  return found
    .filter((acl) => principals.has(acl.principal) && !wantedTexts.has(textOf(acl)))
    .map((acl) => `${textOf(acl)}: allowed, but not in the file`);
}

function textOf({ principal, operation, resource, pattern, name }: Acl): string {
  const which = pattern === 'prefixed' ? `${resource}s that begin with` : resource;
  return `${principal}: ${operation} on ${which} "${name}"`;
}
