import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure, freePorts, isListening } from '@login-pipeline/command';
import { BrokerNode, nodeFolder } from './broker-node.ts';
import { prepareDistribution } from './distribution.ts';
import type { KafkaRelease } from './distribution.ts';
import { refuseOwnedFolder } from './folder-owner.ts';
import type { SecurityOptions } from './security/local-security.ts';
import { secureCluster } from './security/secure-cluster.ts';
import type { SecureAccess } from './security/secure-cluster.ts';
import type { KafkaNodeAddress, Properties } from './server-properties.ts';

/** Jars, prepared files and, for `npm run kafka`, the records: at the root of the repository, ignored by git. */
export const KAFKA_HOME = join(import.meta.dirname, '..', '..', '..', '.kafka');
/** Where `npm run kafka` and `npm start` have theirs; services look there when KAFKA_BROKERS is not set. */
export const DEFAULT_PORT = 29092;
export const DEFAULT_DATA_DIR = join(KAFKA_HOME, 'data');
/** The same of a secure cluster, whose metadata and certificates are of no use to the other one. */
export const SECURE_DATA_DIR = join(KAFKA_HOME, 'secure');

/** From the first port on: where a secure cluster takes client certificates, and where its tokens come from. */
const MUTUAL_TLS_PORTS = 100;
const TOKEN_PORT = 200;

export interface KafkaOptions extends KafkaRelease {
  /** Nodes of the cluster; three replicate each partition thrice with two in sync. Default 1. */
  readonly brokers?: 1 | 3;
  /** Port of the first node, the others follow it. Default: free ports. */
  readonly port?: number;
  /** Keeps the records over restarts. Default: a temporary folder, removed at the stop. */
  readonly dataDir?: string;
  /** Empties `dataDir` first. */
  readonly fresh?: boolean;
  /** Gives each node a second listener, to be reached through a proxy: {@link BrokerNode.proxied}. Default: no. */
  readonly proxied?: boolean;
  /** TLS, five ways to authenticate and ACLs that are empty at first: {@link RunningKafka.security}. Default: plain text. */
  readonly secure?: SecurityOptions;
  /** Settings of all nodes, in the place of those that clusters here have. */
  readonly settings?: Properties;
  /** Heap, collector and compilers of the nodes. Default: those that start fastest. */
  readonly jvm?: readonly string[];
  /** Told one line per stage that takes time. */
  readonly onProgress?: (line: string) => void;
}

export interface RunningKafka {
  /** `host:port,…` of all nodes. */
  readonly bootstrapServers: string;
  readonly nodes: readonly BrokerNode[];
  /** How to get into a secure cluster; undefined in one that is not. */
  readonly security: SecureAccess | undefined;
  /** Settles with the exit status of the first node that ends without being asked to. */
  readonly died: Promise<number>;
  /** Ends all nodes; nothing of them stays, nor a temporary folder. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts Apache Kafka on this machine: a real cluster of one or three nodes that ends with this process, however it
 * ends.
 *
 * @throws {Failure} when Java or Maven is missing, a port or the data folder is taken, or a node does not start
 */
export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
  const { brokers = 1, port, dataDir, fresh = false, proxied = false } = options;
  const { onProgress = () => undefined, secure, settings, jvm } = options;
  if (port !== undefined) await refuseTakenPorts(port, brokers);
  const distribution = await prepareDistribution(KAFKA_HOME, options, onProgress);

  onProgress(brokers === 1 ? 'starting Kafka' : `starting ${brokers} Kafka brokers`);
  if (dataDir !== undefined) {
    for (let id = 1; id <= brokers; id += 1) refuseOwnedFolder(nodeFolder(dataDir, id, brokers));
    if (fresh) rmSync(dataDir, { recursive: true, force: true });
  }
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'embedded-kafka-'));
  const temporary = dataDir === undefined;
  const cluster = (await addresses(brokers, port, proxied)).map((node) => ({ ...node, settings }));
  const tokenPort = port === undefined ? undefined : port + TOKEN_PORT;
  const security =
    secure && (await secureCluster(distribution, cluster, folder, { tokenPort, ...secure }));
  const nodes = cluster.map(
    (node) => new BrokerNode(distribution, node, cluster, folder, temporary, security?.nodes, jvm),
  );

  const kill = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await security?.access.files.tokens.stop();
    if (temporary) rmSync(folder, { recursive: true, force: true });
  };
  const stop = async () => {
    // Records that will not be read again need no clean end.
    if (temporary) await kill();
    else {
      await Promise.all(nodes.map((node) => node.stop()));
      await security?.access.files.tokens.stop();
    }
  };
  try {
    await Promise.all(nodes.map((node) => node.listening()));
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    bootstrapServers: nodes.map((node) => node.address).join(),
    nodes,
    security: security?.access,
    died: Promise.race(nodes.map((node) => node.died)),
    stop,
  };
}

async function refuseTakenPorts(first: number, count: number): Promise<void> {
  for (let port = first; port < first + count; port += 1) {
    if (await isListening(port)) {
      throw new Failure(
        `Port ${port} is taken, perhaps by a broker that still runs. Find its owner with "lsof -i :${port}" or "ss -ltnp sport = :${port}" and stop it, or use it: KAFKA_BROKERS=localhost:${port}.`,
      );
    }
  }
}

async function addresses(
  count: number,
  port: number | undefined,
  proxied: boolean,
): Promise<KafkaNodeAddress[]> {
  const free = await freePorts(5 * count);
  const next = () => free.pop() ?? 0;
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: port === undefined ? next() : port + index,
    controllerPort: next(),
    mutualTlsPort: port === undefined ? next() : port + MUTUAL_TLS_PORTS + index,
    proxied: proxied ? { port: next(), advertisedPort: next() } : undefined,
  }));
}
