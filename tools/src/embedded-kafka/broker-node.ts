import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Supervised } from '../supervised.ts';
import { spawnBroker, waitUntilListening } from './broker-process.ts';
import { CLUSTER_ID } from './distribution.ts';
import type { Distribution } from './distribution.ts';
import { serverProperties } from './server-properties.ts';
import type { KafkaNodeAddress, ProxiedListener } from './server-properties.ts';

/** One broker of a running cluster, which tests may kill and start again. */
export class BrokerNode {
  readonly id: number;
  /** `host:port` */
  readonly address: string;
  /** Where a proxy has to listen for this node, and to connect to; undefined without such a listener. */
  readonly proxied: ProxiedListener | undefined;
  /** Settles with the exit status when it ends without being asked to. */
  readonly died: Promise<number>;

  readonly #distribution: Distribution;
  readonly #port: number;
  readonly #temporaryDir: string | undefined;
  readonly #files: { readonly properties: string; readonly log: string };
  #process: Supervised;
  #ending = false;
  #reportDeath: (status: number) => void = () => undefined;

  /**
   * Starts the node; see {@link listening}.
   *
   * @param dataDir holds its records, settings and log, each named after the node
   * @param temporary whether `dataDir` goes when this process does
   */
  constructor(
    distribution: Distribution,
    node: KafkaNodeAddress,
    cluster: readonly KafkaNodeAddress[],
    dataDir: string,
    temporary: boolean,
  ) {
    this.id = node.id;
    this.address = `localhost:${node.port}`;
    this.proxied = node.proxied;
    this.died = new Promise((resolve) => (this.#reportDeath = resolve));
    this.#distribution = distribution;
    this.#port = node.port;
    this.#temporaryDir = temporary ? dataDir : undefined;
    // The cluster's size is in the name: one node's metadata would be wrong for a cluster of three.
    const name = join(dataDir, `node-${node.id}-of-${cluster.length}`);
    this.#files = { properties: `${name}.properties`, log: `${name}.log` };
    mkdirSync(dataDir, { recursive: true });
    if (!existsSync(name)) format(distribution, name, node.id);
    writeFileSync(this.#files.properties, serverProperties(node, cluster, name));
    this.#process = this.#spawn();
  }

  /** Id of its process group. */
  get pid(): number {
    return this.#process.pid;
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
    const archiveOption = `-XX:SharedArchiveFile=${this.#distribution.archive}`;
    const started = spawnBroker(
      this.#distribution,
      properties,
      log,
      archiveOption,
      this.#temporaryDir,
    );
    void started.exited.then((status) => {
      if (!this.#ending) this.#reportDeath(status);
    });
    return started;
  }
}

/** Copies the formatted folder; only the ids of node and folder differ from node to node. */
function format({ formatted }: Distribution, folder: string, nodeId: number): void {
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
