import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterSecurity } from '../broker-node.ts';
import { formatStorage } from '../distribution.ts';
import type { Distribution } from '../distribution.ts';
import { serverProperties } from '../server-properties.ts';
import type { KafkaNodeAddress } from '../server-properties.ts';
import { LocalSecurity } from './local-security.ts';
import type { SecurityOptions, User, Way } from './local-security.ts';

/** The way into a secure cluster. */
export interface SecureAccess {
  /** Certificates, passwords and the token endpoint. */
  readonly files: LocalSecurity;
  /** @returns the settings with which a service, or `npm run topics`, uses the cluster */
  readonly settings: (user: User, way: Way) => Readonly<Record<string, string>>;
}

/** Prepares what the nodes of a secure cluster start from; `folder` is that of their records. */
export async function secureCluster(
  distribution: Distribution,
  cluster: readonly KafkaNodeAddress[],
  folder: string,
  options: SecurityOptions,
): Promise<{ readonly nodes: ClusterSecurity; readonly access: SecureAccess }> {
  const files = await LocalSecurity.create(join(folder, 'access'), options);
  const formatted = join(folder, 'formatted');
  if (!existsSync(formatted)) await formatWithUsers(distribution, cluster, formatted, files);
  const listOf = (portOf: (node: KafkaNodeAddress) => number) =>
    cluster.map((node) => `localhost:${portOf(node)}`).join();
  const addresses = {
    sasl: listOf((node) => node.port),
    mutualTls: listOf((node) => node.mutualTlsPort ?? 0),
  };
  files.writeSettings(addresses);
  return {
    nodes: {
      formatted,
      serverProperties: () => files.serverProperties(),
      javaOptions: () => files.javaOptions(),
    },
    access: { files, settings: (user, way) => files.settings(user, way, addresses) },
  };
}

/** The passwords of SCRAM go into the metadata that a new cluster begins with. */
async function formatWithUsers(
  distribution: Distribution,
  cluster: readonly KafkaNodeAddress[],
  formatted: string,
  files: LocalSecurity,
): Promise<void> {
  const [node] = cluster;
  if (node === undefined) return;
  const temporary = `${formatted}.incomplete`;
  const properties = files.path('format.properties');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  writeFileSync(properties, serverProperties(node, [node], temporary));
  await formatStorage(distribution, properties, files.formatArguments());
  rmSync(properties);
  renameSync(temporary, formatted);
}
