import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Supervised } from '@login-pipeline/command';
import { QUICK_JVM, spawnBroker, waitUntilListening } from './broker-process.ts';
import { disownFolder, ownFolder } from './folder-owner.ts';
import { CLUSTER_ID } from './distribution.ts';
import type { Distribution } from './distribution.ts';
import { serverProperties } from './server-properties.ts';
import type { KafkaNodeAddress, Properties, ProxiedListener } from './server-properties.ts';

/** What makes the nodes of a cluster secure. */
export interface ClusterSecurity {
  /** Formatted folder of a node that knows the users of SCRAM. */
  readonly formatted: string;
  /** Asked at every start of a node: secrets may have changed. */
  readonly serverProperties: () => Properties;
  readonly javaOptions: () => readonly string[];
}

/** One broker of a running cluster, which tests may kill and start again. */
export class BrokerNode {
  readonly id: number;
  /** `host:port` */
  readonly address: string;
  /** Folder of its records. */
  readonly logDir: string;
  /** Where a proxy has to listen for this node, and to connect to; undefined without such a listener. */
  readonly proxied: ProxiedListener | undefined;
  /** Settles with the exit status when it ends without being asked to. */
  readonly died: Promise<number>;

  readonly #distribution: Distribution;
  readonly #port: number;
  readonly #properties: () => string;
  readonly #javaOptions: readonly string[];
  readonly #temporaryDir: string | undefined;
  readonly #files: { readonly properties: string; readonly log: string };
  #process: Supervised;
  #ending = false;
  #running = true;
  #reportDeath: (status: number) => void = () => undefined;

  /**
   * Starts the node; see {@link listening}.
   *
   * @param dataDir holds its records, settings and log, each named after the node
   * @param temporary whether `dataDir` goes when this process does
   * @param security undefined: plain text, and every client may do everything
   * @param jvm options of its Java virtual machine
   */
  constructor(
    distribution: Distribution,
    node: KafkaNodeAddress,
    cluster: readonly KafkaNodeAddress[],
    dataDir: string,
    temporary: boolean,
    security?: ClusterSecurity,
    jvm: readonly string[] = QUICK_JVM,
  ) {
    this.id = node.id;
    this.address = `localhost:${node.port}`;
    this.proxied = node.proxied;
    this.died = new Promise((resolve) => (this.#reportDeath = resolve));
    this.#distribution = distribution;
    this.#port = node.port;
    this.#temporaryDir = temporary ? dataDir : undefined;
    const name = nodeFolder(dataDir, node.id, cluster.length);
    this.logDir = name;
    this.#files = { properties: `${name}.properties`, log: `${name}.log` };
    mkdirSync(dataDir, { recursive: true });
    if (!existsSync(name)) format(security?.formatted ?? distribution.formatted, name, node.id);
    this.#properties = () => serverProperties(node, cluster, name, security?.serverProperties());
    this.#javaOptions = [
      ...jvm,
      `-XX:SharedArchiveFile=${distribution.archive}`,
      ...(security?.javaOptions() ?? []),
    ];
    this.#process = this.#spawn();
  }

  /** Id of its process group. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Whether its process lives. */
  get running(): boolean {
    return this.#running;
  }

  /** Waits until it takes requests. */
  async listening(): Promise<void> {
    await waitUntilListening(this.#process, this.#port, this.#files.log);
  }

  /** Ends it cleanly. */
  async stop(): Promise<void> {
    this.#ending = true;
    await this.#process.stop();
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.#ending = true;
    await this.#process.kill();
  }

  /** Freezes it: its connections stay open and nothing answers. */
  pause(): void {
    this.#process.signal('SIGSTOP');
  }

  /** Ends the freeze. */
  resume(): void {
    this.#process.signal('SIGCONT');
  }

  /** Starts it again after {@link stop} or {@link kill}, with its port and its records. */
  async restart(): Promise<void> {
    this.#ending = false;
    this.#process = this.#spawn();
    await this.listening();
  }

  #spawn(): Supervised {
    const { properties, log } = this.#files;
    writeFileSync(properties, this.#properties(), { mode: 0o600 });
    const started = spawnBroker(
      this.#distribution,
      properties,
      log,
      this.#javaOptions,
      this.#temporaryDir,
    );
    this.#running = true;
    ownFolder(this.logDir, started.pid);
    void started.exited.then((status) => {
      this.#running = false;
      disownFolder(this.logDir);
      if (!this.#ending) this.#reportDeath(status);
    });
    return started;
  }
}

/** Folder of a node's records. The cluster's size is in its name: one node's metadata would be wrong for three. */
export function nodeFolder(dataDir: string, id: number, clusterSize: number): string {
  return join(dataDir, `node-${id}-of-${clusterSize}`);
}

/** Copies the formatted folder; only the ids of node and folder differ from node to node. */
function format(formatted: string, folder: string, nodeId: number): void {
  const temporary = `${folder}.formatting`;
  rmSync(temporary, { recursive: true, force: true });
  cpSync(formatted, temporary, { recursive: true });
  // A Kafka Uuid: 16 bytes in URL-safe base 64, not beginning with a dash. The first byte sees to that.
  const uuid = Buffer.concat([Buffer.of(0), randomBytes(15)]).toString('base64url');
  writeFileSync(
    join(temporary, 'meta.properties'),
    `version=1\ncluster.id=${CLUSTER_ID}\nnode.id=${nodeId}\ndirectory.id=${uuid}\n`,
  );
  renameSync(temporary, folder);
}
